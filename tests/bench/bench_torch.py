"""The benchmark's training steps in PyTorch, for comparison.

Reads requests from standard input, one a line, and answers each with seconds, one a line:
    import 0                 time that `import torch` took
    blas 0                   1 if PyTorch's matrix products are OpenBLAS's, 0 if those of the slow reference library
    mlp784 THREADS SECONDS   least time of a step, measured for about SECONDS
    mlp2 THREADS SECONDS
    cnn THREADS SECONDS
    mobile THREADS SECONDS
A request it does not know is answered with -1.  Exits at once where PyTorch is not installed.
"""
import ctypes
import sys
import time

start = time.perf_counter()
try:
    import torch
except ImportError:
    sys.exit(0)
import_time = time.perf_counter() - start


def openblas():
    """The OpenBLAS in this process, or None: Debian's PyTorch takes what /etc/alternatives names."""
    with open("/proc/self/maps") as maps:
        for line in maps:
            if "openblas" in line:
                library = ctypes.CDLL(line.split()[-1])
                if hasattr(library, "openblas_set_num_threads"):
                    return library
    return None


def set_threads(blas, n):
    torch.set_num_threads(n)
    if blas:  # a build with threads of its own does not listen to PyTorch
        blas.openblas_set_num_threads(n)


def mlp784():
    """784-512-512-10 with relu, dropout and Adam on sparse categorical crossentropy, batch 128."""
    nn = torch.nn
    model = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Dropout(0.2),
                          nn.Linear(512, 512), nn.ReLU(), nn.Dropout(0.2), nn.Linear(512, 10))
    return model, nn.CrossEntropyLoss(), torch.rand(128, 784), torch.randint(0, 10, (128,))


def mlp2():
    """2-16-1 with tanh and Adam on mean squared error, batch 32."""
    nn = torch.nn
    model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1))
    return model, nn.MSELoss(), torch.rand(32, 2), torch.rand(32, 1)


def cnn():
    """The CNN of cnn.json with Adam on sparse categorical crossentropy, batch 128."""
    nn = torch.nn
    model = nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
                          nn.Dropout(0.25), nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(0.5),
                          nn.Linear(128, 10))
    return model, nn.CrossEntropyLoss(), torch.rand(128, 1, 28, 28), torch.randint(0, 10, (128,))


def mobile():
    """The inverted residual blocks of mobile.json, likewise, batch 32, in the layout that is faster."""
    nn, layers = torch.nn, []
    for _ in range(2):
        layers += [nn.Conv2d(32, 192, 1, bias=False), nn.BatchNorm2d(192), nn.ReLU6(),
                   nn.Conv2d(192, 192, 3, padding=1, groups=192, bias=False), nn.BatchNorm2d(192), nn.ReLU6(),
                   nn.Conv2d(192, 32, 1, bias=False), nn.BatchNorm2d(32)]
    model = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10))
    x = torch.rand(32, 32, 28, 28).to(memory_format=torch.channels_last)
    return model.to(memory_format=torch.channels_last), nn.CrossEntropyLoss(), x, torch.randint(0, 10, (32,))


WARM_UP = 10  # steps: PyTorch's allocator and oneDNN's choices settle in them


def stepper(model, loss, x, y):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss(model(x), y).backward()
        optimizer.step()

    for _ in range(WARM_UP):
        step()
    return step


def least(step, seconds):
    """As bench_least: the least of chunks of at least 1 ms."""
    count, best, end = 1, None, time.perf_counter() + seconds
    step()
    while True:
        begin = time.perf_counter()
        for _ in range(count):
            step()
        now = time.perf_counter()
        if now - begin < 1e-3:
            count *= 2
        elif best is None or (now - begin) / count < best:
            best = (now - begin) / count
        if now >= end and best is not None:
            return best


def main():
    makers, made, blas = {"mlp784": mlp784, "mlp2": mlp2, "cnn": cnn, "mobile": mobile}, {}, openblas()
    for line in sys.stdin:
        words = line.split()
        if words[0] == "import":
            print(import_time, flush=True)
        elif words[0] == "blas":
            print(int(blas is not None), flush=True)
        elif words[0] in makers and len(words) == 3:
            set_threads(blas, int(words[1]))
            if words[0] not in made:
                made[words[0]] = stepper(*makers[words[0]]())
            print(least(made[words[0]], float(words[2])), flush=True)
        else:
            print(-1, flush=True)


main()

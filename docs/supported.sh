#!/bin/sh
# Prints README.md's table of what is supported, from the tables that the code is made of.
# With --check, compares it with README.md (UPDATE_GOLDEN=1 puts it in there), and sees that the tests that pages name
# are there.
set -eu
cd "$(dirname "$0")/.."

# names FILE MACRO: the first argument of every row, as a list
names() {
    sed -n "s/^ *$2(\\([A-Za-z0-9_]*\\),.*/\\1/p" "frontend/$1" | awk '{ line = line (NR > 1 ? ", " : "") $0 } END { print line }'
}

table() {
    echo '| | |'
    echo '| --- | --- |'
    echo "| layers | InputLayer, $(names layers.def KCC_LAYER) |"
    echo '| models | Sequential, Functional; shared layers, several inputs and outputs, nested models, frozen layers |'
    echo "| operators and \`keras.ops\` in functional models | $(names keras_ops.def KCC_KERAS_OP) |"
    echo "| activations | $(names activations.def KCC_ACTIVATION) |"
    echo "| initializers | $(names initializers.def KCC_INITIALIZER) |"
    echo '| regularizers | L1, L2, L1L2, OrthogonalRegularizer; of weights and activities |'
    echo '| constraints | MaxNorm, NonNeg, UnitNorm, MinMaxNorm |'
    echo "| losses | $(names losses.def KCC_LOSS) |"
    echo "| metrics | $(names metrics.def KCC_METRIC), and every loss |"
    echo "| optimizers | $(names optimizers.def KCC_OPTIMIZER); weight decay, clipping by value and norm, averages (\`use_ema\`), gradient accumulation |"
    echo '| learning-rate schedules | ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay, PolynomialDecay, CosineDecay, CosineDecayRestarts |'
    echo "| callbacks | $(names ../runtime/callbacks.def KCC_CALLBACK); History and the progress bar always |"
    echo '| models are read from | `.json` of Keras 1, 2 and 3 and TensorFlow.js, `.keras`, whole-model `.h5` |'
    echo '| weights are read and written as | `.weights.h5`, `.h5`, `.keras`, `.npz`, `.safetensors` |'
    echo '| data | `.npy`, `.npz`, HDF5 datasets (read in batches), CSV, IDX (MNIST), folders of PNG and JPEG; numbers of 8 to 64 bits (integers, bool, float16, float32, float64), `.npy` in either byte order, C or Fortran order |'
    echo '| what is made | `.so` with `.h`, `.o`, `.s`, `.ll`, `.c` with `.h`; drawings `.dot`, `.svg` |'
}

if [ "${1:-}" != --check ]; then
    table
    exit
fi
for name in $(grep -oh 'test_[a-z0-9_]*' README.md CONTRIBUTING.md ./*/README.md | sort -u); do
    ls tests/*/"$name"*.c >/dev/null 2>&1 || { echo "there is no test $name: a page names it"; exit 1; }
done
new=$(mktemp)
trap 'rm -f "$new"' EXIT
awk '/^<!-- supported -->$/ { print; while (("sh docs/supported.sh" | getline line) > 0) print line; skip = 1 }
    /^<!-- end -->$/ { skip = 0 }
    !skip' README.md >"$new"
if [ -n "${UPDATE_GOLDEN:-}" ]; then
    cat "$new" >README.md
fi
diff -u README.md "$new" || { echo 'README.md is not up to date: UPDATE_GOLDEN=1 sh docs/supported.sh --check'; exit 1; }

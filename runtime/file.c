/*
 * Files, whole: read into memory, written so that a crash leaves the old or the new one.
 *
 * Takes: paths and bytes.  Gives: bytes, or a new file in place of the old.
 * Keeps: a regular file is written (at once or piece by piece) under another name in the same folder, synced
 *        and renamed; on any error that other file is removed and the old one is as it was.  Devices and
 *        pipes are written directly.
 */
#include "leftovers.h"
#include "runtime_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static kcc_status system_error(const char *path, const char *what, int number, kcc_error *error) {
    char text[160] = "";
    const char *reason = strerror_r(number, text, sizeof text); /* GNU: may return another text */
    return kcc_fail(error, KCC_EIO, path, "", "%s: %s", what, reason);
}

static bool write_all(int fd, const void *data, size_t size) {
    const char *bytes = data;
    while (size > 0) {
        ssize_t written = write(fd, bytes, size < (1u << 30) ? size : (1u << 30));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            if (written == 0) errno = EIO;
            return false;
        }
        bytes += written;
        size -= (size_t)written;
    }
    return true;
}

/* The rename is durable only when the folder is synced; a file system that cannot is no error. */
static void sync_folder(const char *path) {
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;
    if (length >= sizeof folder) return;
    memcpy(folder, path, length);
    folder[length] = '\0';
    int fd = open(slash ? (length ? folder : "/") : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    (void)fsync(fd);
    close(fd);
}

/* Creates a new file beside path; its name goes to name. */
static int create_beside(const char *path, char *name, size_t size) {
    for (int i = 0; i < 1000; i++) {
        int n = snprintf(name, size, "%s.tmp-%ld-%d", path, (long)getpid(), i);
        if (n < 0 || (size_t)n >= size) {
            errno = ENAMETOOLONG;
            return -1;
        }
        int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST) return fd;
    }
    return -1;
}

struct kcc_file_stream {
    int fd;
    int leftover;                               /* what is written, while it is under its temporary name */
    bool direct;                                /* a device or pipe */
    mode_t mode;                                /* of the old file, 0: there was none */
    char *path;                                 /* as it was given */
    char target[PATH_MAX], name[PATH_MAX + 48]; /* to be replaced, and what is written */
};

static kcc_status open_stream(kcc_file_stream *s, kcc_error *error) {
    static const char what[] = "cannot write the file";
    struct stat old;
    bool exists = stat(s->path, &old) == 0;
    if (exists && S_ISDIR(old.st_mode)) return system_error(s->path, what, EISDIR, error);
    s->direct = exists && !S_ISREG(old.st_mode);
    if (s->direct) {
        s->fd = open(s->path, O_WRONLY | O_CLOEXEC);
        return s->fd >= 0 ? KCC_OK : system_error(s->path, "cannot open the file for writing", errno, error);
    }
    s->mode = exists ? old.st_mode & 07777 : 0;
    /* Through a symbolic link the file it names is replaced, not the link. */
    if ((!exists || !realpath(s->path, s->target)) &&
        snprintf(s->target, sizeof s->target, "%s", s->path) >= (int)sizeof s->target)
        return system_error(s->path, what, ENAMETOOLONG, error);
    s->fd = create_beside(s->target, s->name, sizeof s->name);
    if (s->fd >= 0) s->leftover = kcc_leftovers_note(s->name);
    return s->fd >= 0 ? KCC_OK : system_error(s->path, what, errno, error);
}

void kcc_file_abandon(kcc_file_stream *s) {
    if (!s) return;
    if (s->fd >= 0) {
        close(s->fd);
        if (!s->direct) unlink(s->name);
    }
    kcc_leftovers_forget(s->leftover);
    free(s->path);
    free(s);
}

kcc_status kcc_file_begin(const char *path, kcc_file_stream **stream, kcc_error *error) {
    *stream = NULL;
    kcc_file_stream *s = calloc(1, sizeof *s);
    if (s) s->path = strdup(path);
    if (!s || !s->path) {
        free(s);
        return kcc_fail(error, KCC_ENOMEM, path, "", "no memory");
    }
    s->fd = s->leftover = -1;
    kcc_status status = open_stream(s, error);
    if (status == KCC_OK)
        *stream = s;
    else
        kcc_file_abandon(s);
    return status;
}

kcc_status kcc_file_append(kcc_file_stream *s, const void *bytes, size_t size, kcc_error *error) {
    if (write_all(s->fd, bytes, size)) return KCC_OK;
    return system_error(s->path, "cannot write the file", errno, error);
}

kcc_status kcc_file_commit(kcc_file_stream *s, kcc_error *error) {
    bool done = s->direct || ((!s->mode || fchmod(s->fd, s->mode) == 0) && fsync(s->fd) == 0);
    int number = errno;
    if (close(s->fd) != 0 && done) {
        done = false;
        number = errno;
    }
    s->fd = -1;
    if (done && !s->direct && rename(s->name, s->target) != 0) {
        done = false;
        number = errno;
    }
    kcc_status status = KCC_OK;
    if (done && !s->direct) sync_folder(s->target);
    if (!done) {
        if (!s->direct) unlink(s->name);
        status = system_error(s->path, "cannot write the file", number, error);
    }
    kcc_file_abandon(s);
    return status;
}

kcc_status kcc_file_write_parts(const char *path, const kcc_part *part, int n, kcc_error *error) {
    kcc_file_stream *stream;
    kcc_status status = kcc_file_begin(path, &stream, error);
    if (status != KCC_OK) return status;
    for (int i = 0; status == KCC_OK && i < n; i++)
        status = kcc_file_append(stream, part[i].bytes, part[i].size, error);
    if (status == KCC_OK) return kcc_file_commit(stream, error);
    kcc_file_abandon(stream);
    return status;
}

kcc_status kcc_file_write(const char *path, const void *bytes, size_t size, kcc_error *error) {
    return kcc_file_write_parts(path, &(kcc_part){bytes, size}, 1, error);
}

/* Reads until the end; *capacity grows as needed and always leaves room for a NUL. */
static char *read_all(int fd, char *data, size_t capacity, size_t *size) {
    size_t used = 0;
    for (;;) {
        if (used + 1 >= capacity) {
            char *larger = capacity < SIZE_MAX / 2 ? realloc(data, capacity * 2) : NULL;
            if (!larger) {
                free(data);
                errno = ENOMEM;
                return NULL;
            }
            data = larger;
            capacity *= 2;
        }
        size_t room = capacity - 1 - used;
        ssize_t n = read(fd, data + used, room < (1u << 30) ? room : (1u << 30));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            int number = errno;
            free(data);
            errno = number;
            return NULL;
        }
        if (n == 0) break;
        used += (size_t)n;
    }
    data[used] = '\0';
    *size = used;
    return data;
}

kcc_status kcc_file_read(const char *path, void **bytes, size_t *size, kcc_error *error) {
    *bytes = NULL;
    *size = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return system_error(path, "cannot open the file", errno, error);
    struct stat status;
    size_t capacity = 1 << 16;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0 &&
        (uint64_t)status.st_size < SIZE_MAX / 2)
        capacity = (size_t)status.st_size + 2; /* the read that finds the end needs room, too */
    char *data = malloc(capacity);
    if (!data) {
        close(fd);
        return kcc_fail(error, KCC_ENOMEM, path, "", "no memory for the file");
    }
    data = read_all(fd, data, capacity, size);
    int number = errno;
    close(fd);
    if (!data && number == ENOMEM) return kcc_fail(error, KCC_ENOMEM, path, "", "no memory for the file");
    if (!data) return system_error(path, "cannot read the file", number, error);
    *bytes = data;
    return KCC_OK;
}

/*
 * Shared libraries: the module's object, the glue of its API and the runtime, linked by the C compiler.
 *
 * Takes: a module for this machine, libkcc-runtime.a, $CC (default cc; it may hold options).
 * Gives: a library that exports its API and nothing else, and its header.
 * Keeps: temporary files are removed whatever happens; the library is linked under a temporary name beside
 *        the path asked for, synced and renamed, so that a failure leaves an old one whole.
 */
#include "file_stream.h"
#include "leftovers.h"
#include "llvm.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { MOST_ARGUMENTS = 64 };

/* The work in progress. */
typedef struct job {
    char folder[256];
    char object[300], glue[300], exports[300], log[300];
    char *linked; /* temporary name of the library */
    int leftover; /* its number */
    kcc_error *error;
} job;

/* Whether a line of a compiler's output only says where, or that a tool it ran has failed. */
static bool says_little(const char *line) {
    static const char *const words[] = {"In function", "in function", "In file included", "ld returned ",
                                        "linker command failed"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(line, words[i])) return true;
    return strncmp(line + strspn(line, " \t"), "from ", 5) == 0;
}

/* The line of a compiler's output that says most, cut to fit: its first error, else its first line that is
 * no mere place. */
static void telling_line(const char *path, char *line, size_t size) {
    char *read = NULL;
    size_t room = 0;
    FILE *f = fopen(path, "r");
    *line = 0;
    while (f && getline(&read, &room, f) >= 0) {
        read[strcspn(read, "\r\n")] = 0;
        bool is_error = strstr(read, "error:") != NULL;
        if (!*read || says_little(read) || (*line && !is_error)) continue;
        snprintf(line, size, "%s", read);
        if (is_error) break;
    }
    free(read);
    if (f) fclose(f);
}

/* Runs the compiler with its output in the log; waits.  It leads a process group: whoever ends it ends its
 * linker. */
static kcc_status run(job *j, char *const *arguments) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    pid_t child;
    int state = 0, failed;
    if (posix_spawn_file_actions_init(&actions))
        return kcc_fail(j->error, KCC_ENOMEM, "", "", "out of memory");
    if (posix_spawnattr_init(&attributes)) {
        posix_spawn_file_actions_destroy(&actions);
        return kcc_fail(j->error, KCC_ENOMEM, "", "", "out of memory");
    }
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    failed = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (!failed)
        failed = posix_spawn_file_actions_addopen(&actions, 1, j->log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (!failed) failed = posix_spawn_file_actions_adddup2(&actions, 1, 2);
    if (!failed) failed = posix_spawnp(&child, arguments[0], &actions, &attributes, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (failed)
        return kcc_fail(j->error, KCC_EIO, "",
                        "install gcc, or name a C compiler in the environment variable CC",
                        "cannot run the C compiler \"%s\": %s", arguments[0], strerror(failed));
    int leftover = kcc_leftovers_note_child(child);
    pid_t ended;
    while ((ended = waitpid(child, &state, 0)) < 0 && errno == EINTR) continue;
    int why = errno;
    kcc_leftovers_forget(leftover);
    if (ended < 0)
        return kcc_fail(j->error, KCC_EIO, "", "", "waiting for \"%s\": %s", arguments[0], strerror(why));
    if (WIFEXITED(state) && WEXITSTATUS(state) == 0) return KCC_OK;
    char line[300];
    telling_line(j->log, line, sizeof line);
    if (WIFEXITED(state) && WEXITSTATUS(state) == 127 && !*line)
        return kcc_fail(j->error, KCC_EIO, "",
                        "install gcc, or name a C compiler in the environment variable CC",
                        "cannot run the C compiler \"%s\"", arguments[0]);
    if (!*line)
        return kcc_fail(j->error, KCC_EIO, "",
                        "name a C compiler in the environment variable CC, or unset it",
                        "the C compiler \"%s\" failed and said nothing: is it one?", arguments[0]);
    return kcc_fail(j->error, KCC_EIO, "", "", "the C compiler \"%s\" failed: %s", arguments[0], line);
}

/* Splits $CC at blanks; the text is changed and must stay alive. */
static int split(char *text, char **arguments, int most) {
    int n = 0;
    char *rest = NULL;
    for (char *p = strtok_r(text, " \t", &rest); p && n < most; p = strtok_r(NULL, " \t", &rest))
        arguments[n++] = p;
    return n;
}

static kcc_status compile_and_link(job *j, const char *runtime_library) {
    const char *cc = getenv("CC");
    if (cc) cc += strspn(cc, " \t");
    char *text = strdup(cc && *cc ? cc : "cc"), *arguments[MOST_ARGUMENTS + 1], *script = NULL;
    if (!text || asprintf(&script, "-Wl,--version-script=%s", j->exports) < 0) {
        free(text);
        return kcc_fail(j->error, KCC_ENOMEM, "", "", "out of memory");
    }
    int n = split(text, arguments, MOST_ARGUMENTS - 24);
    const char *const rest[] = {"-std=c11",
                                "-O2",
                                "-fPIC",
                                "-fvisibility=hidden",
                                "-shared",
                                "-o",
                                j->linked,
                                j->glue,
                                j->object,
                                runtime_library,
                                "-fopenmp",
                                "-lm",
                                "-Wl,--gc-sections",
                                "-Wl,-z,noexecstack",
                                "-Wl,-z,defs",
                                "-Wl,--build-id=none",
                                script};
    for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++)
        memcpy(&arguments[n++], &rest[i], sizeof rest[i]);
    arguments[n] = NULL;
    kcc_status status = run(j, arguments);
    free(text);
    free(script);
    return status;
}

/* Makes sure the bytes are on disk, then gives the library its name. */
static kcc_status publish(job *j, const char *path) {
    int fd = open(j->linked, O_RDONLY);
    bool ok = fd >= 0 && fsync(fd) == 0;
    int why = errno;
    if (fd >= 0) close(fd);
    if (ok && rename(j->linked, path) == 0) return KCC_OK;
    if (ok) why = errno;
    return kcc_fail(j->error, KCC_EIO, path, "", "cannot write: %s", strerror(why));
}

static kcc_status write_text(job *j, const char *path, kcc_text *text) {
    kcc_status status = text->failed ? kcc_fail(j->error, KCC_ENOMEM, "", "", "out of memory")
                                     : kcc_file_write(path, text->data, text->size, j->error);
    kcc_text_free(text);
    return status;
}

/* Can a file be created where the library is to be?  Says so before the compiler is asked. */
static kcc_status reserve(job *j, const char *path) {
    if (asprintf(&j->linked, "%s.XXXXXX", path) < 0) {
        j->linked = NULL;
        return kcc_fail(j->error, KCC_ENOMEM, "", "", "out of memory");
    }
    int fd = mkstemp(j->linked);
    if (fd < 0) {
        int why = errno;
        free(j->linked);
        j->linked = NULL;
        return kcc_fail(j->error, KCC_EIO, path, "", "cannot write: %s", strerror(why));
    }
    close(fd);
    j->leftover = kcc_leftovers_note(j->linked);
    unlink(j->linked); /* the linker makes it, with the permissions of any new file */
    return KCC_OK;
}

static kcc_status build(job *j, const kcc_module *module, const kcc_target *target,
                        const char *runtime_library) {
    kcc_text text = {0};
    snprintf(j->object, sizeof j->object, "%s/model.o", j->folder);
    snprintf(j->glue, sizeof j->glue, "%s/api.c", j->folder);
    snprintf(j->exports, sizeof j->exports, "%s/exports", j->folder);
    snprintf(j->log, sizeof j->log, "%s/log", j->folder);
    const char *const files[] = {j->object, j->glue, j->exports, j->log};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) kcc_leftovers_note(files[i]);
    kcc_status status =
        kcc_llvm_write(module, target, KCC_FILE_OBJECT, "kcc_descriptor", j->object, j->error);
    if (status) return status;
    kcc_library_glue(module, "kcc_descriptor", &text);
    if ((status = write_text(j, j->glue, &text))) return status;
    kcc_library_exports(module, &text);
    if ((status = write_text(j, j->exports, &text))) return status;
    return compile_and_link(j, runtime_library);
}

/* Writes the header under a temporary name: it gets its own with the library. */
static kcc_status begin_header(job *j, const kcc_module *module, const char *path, kcc_file_stream **stream) {
    kcc_text text = {0};
    kcc_library_header(module, &text);
    kcc_status status = text.failed ? kcc_fail(j->error, KCC_ENOMEM, "", "", "out of memory")
                                    : kcc_file_begin(path, stream, j->error);
    if (!status) status = kcc_file_append(*stream, text.data, text.size, j->error);
    kcc_text_free(&text);
    return status;
}

kcc_status kcc_emit_shared(const kcc_module *module, const kcc_target *target, const char *runtime_library,
                           const char *path, const char *header, kcc_error *error) {
    job j = {.error = error, .leftover = -1};
    if (!kcc_target_is_host(target))
        return kcc_fail(error, KCC_EUNSUPPORTED, "", "write .o, .s, .ll or .c and link it there",
                        "a shared library is made for this machine only, not for \"%.80s\"", target->triple);
    if (strcmp(module->name, "kcc") == 0 || strncmp(module->name, "kcc_", 4) == 0)
        return kcc_fail(error, KCC_EINVAL, "", "give another one with --name",
                        "a library cannot be called \"%.60s\": names that begin with kcc_ are the runtime's",
                        module->name);
    if (access(runtime_library, R_OK))
        return kcc_fail(error, KCC_EIO, runtime_library, "", "cannot read kcc's runtime library: %s",
                        strerror(errno));
    kcc_status status = reserve(&j, path);
    if (!status) status = kcc_temporary_create(j.folder, error);
    if (!status) status = build(&j, module, target, runtime_library);
    kcc_file_stream *stream = NULL;
    if (!status && header) status = begin_header(&j, module, header, &stream);
    if (!status) status = publish(&j, path);
    if (!status && stream)
        status = kcc_file_commit(stream, error);
    else
        kcc_file_abandon(stream);
    if (status && j.linked) unlink(j.linked);
    kcc_leftovers_forget(j.leftover);
    kcc_temporary_remove(j.folder);
    free(j.linked);
    return status;
}

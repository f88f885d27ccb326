/* See leftovers.h.  A slot is claimed, written, then shown: the handler may come in between. */
#include "leftovers.h"

#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SLOTS = 32, FREE = 0, CLAIMED, SHOWN };

static struct {
    atomic_int state;
    pid_t child;         /* 0: a path */
    char path[PATH_MAX]; /* absolute, since a program may change its folder */
} slots[SLOTS];

/* A slot nobody has, or -1. */
static int claim(void) {
    for (int i = 0; i < SLOTS; i++) {
        int state = FREE;
        if (atomic_compare_exchange_strong(&slots[i].state, &state, CLAIMED)) return i;
    }
    return -1;
}

static bool absolute(const char *path, char *text) {
    char folder[PATH_MAX] = "";
    if (*path != '/' && !getcwd(folder, sizeof folder)) return false;
    int n = snprintf(text, PATH_MAX, "%s%s%s", folder, *folder ? "/" : "", path);
    return n > 0 && n < PATH_MAX;
}

int kcc_leftovers_note(const char *path) {
    int i = claim();
    if (i < 0) return -1;
    slots[i].child = 0;
    bool fits = absolute(path, slots[i].path);
    atomic_store(&slots[i].state, fits ? SHOWN : FREE);
    return fits ? i : -1;
}

int kcc_leftovers_note_child(pid_t child) {
    int i = claim();
    if (i < 0) return -1;
    slots[i].child = child;
    atomic_store(&slots[i].state, SHOWN);
    return i;
}

void kcc_leftovers_forget(int number) {
    if (number >= 0) atomic_store(&slots[number].state, FREE);
}

void kcc_leftovers_forget_folder(const char *path) {
    char folder[PATH_MAX];
    size_t n = absolute(path, folder) ? strlen(folder) : 0;
    for (int i = 0; n && i < SLOTS; i++)
        if (atomic_load(&slots[i].state) == SHOWN && !slots[i].child &&
            strncmp(slots[i].path, folder, n) == 0 && (!slots[i].path[n] || slots[i].path[n] == '/'))
            atomic_store(&slots[i].state, FREE);
}

void kcc_leftovers_end(void) {
    for (int i = 0; i < SLOTS; i++)
        if (atomic_load(&slots[i].state) == SHOWN && slots[i].child) {
            kill(-slots[i].child, SIGTERM);
            waitpid(slots[i].child, NULL, 0);
        }
    for (int folders = 0; folders < 2; folders++)
        for (int i = 0; i < SLOTS; i++)
            if (atomic_load(&slots[i].state) == SHOWN && !slots[i].child)
                (void)(folders ? rmdir : unlink)(slots[i].path);
}

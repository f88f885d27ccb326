/*
 * What must go if the process is stopped in the middle: temporary files, folders, a child at work.
 *
 * Takes: paths as they are made, a child as it is started.
 * Gives: kcc_leftovers_end, which a signal handler may call.
 * Keeps: no handler is installed here: that is the program's business.  A library that never calls
 *        kcc_leftovers_end pays one short copy a temporary file.
 */
#ifndef KCC_LEFTOVERS_H
#define KCC_LEFTOVERS_H

#include <sys/types.h>

/** Notes a file or a folder.  Returns its number for kcc_leftovers_forget; -1 where there is no room to note it. */
int kcc_leftovers_note(const char *path);
/** Notes a child that leads a process group of its own. */
int kcc_leftovers_note_child(pid_t child);
/** It is gone, or has its final name.  -1 is nothing. */
void kcc_leftovers_forget(int number);
/** The folder and what was noted in it are gone. */
void kcc_leftovers_forget_folder(const char *path);
/** Ends the children, waits for them, removes files, then folders.  Async-signal-safe; any thread may note and
 * forget meanwhile.  For use right before the process ends. */
void kcc_leftovers_end(void);

#endif

/*
 * Files written piece by piece (file.c), for all floors.
 *
 * Keeps: nothing is seen under the path before the commit; several files that belong together are first written,
 *        then committed.
 */
#ifndef KCC_FILE_STREAM_H
#define KCC_FILE_STREAM_H

#include "kcc_runtime.h"

/** A file that is written piece by piece and appears, whole, with kcc_file_commit; that and kcc_file_abandon
 * free the stream.  Errors: KCC_EIO with the system's reason, KCC_ENOMEM. */
typedef struct kcc_file_stream kcc_file_stream;
kcc_status kcc_file_begin(const char *path, kcc_file_stream **stream, kcc_error *error);
kcc_status kcc_file_append(kcc_file_stream *stream, const void *bytes, size_t size, kcc_error *error);
kcc_status kcc_file_commit(kcc_file_stream *stream, kcc_error *error);
void kcc_file_abandon(kcc_file_stream *stream);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THREADS_H
#define THREADS_H

#include <stdint.h>
#include <tenon/c_api.h>

enum { MAX_THREADS = 64 };

/* A parallel_for for tenon_threads; pool points to an int, the number of threads. */
void parallelFor(void *pool, tenon_task task, void *frame, int64_t count);

/* Has this thread take numbers too small for full precision for zero. Training meets many of them and is slow with
 * them; Tenon's own runners do the same, so that the bits are equal. */
void flushDenormals(void);

#endif

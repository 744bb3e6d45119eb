/* SPDX-License-Identifier: Apache-2.0 */
#include "threads.h"

#include <pthread.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

void flushDenormals(void) {
#if defined(__x86_64__)
  _mm_setcsr(_mm_getcsr() | 0x8040);
#elif defined(__aarch64__)
  uint64_t mode;
  __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
  __asm__ volatile("msr fpcr, %0" ::"r"(mode | (uint64_t)1 << 24));
#endif
}

typedef struct share {
  tenon_task task;
  void *frame;
  int64_t first, step, count;
} share;

static void *work(void *argument) {
  const share *s = argument;
  flushDenormals();
  for (int64_t index = s->first; index < s->count; index += s->step)
    s->task(s->frame, index);
  return NULL;
}

/* Tasks are independent: every thread may take each n-th of them. A program with many small steps keeps its threads. */
void parallelFor(void *pool, tenon_task task, void *frame, int64_t count) {
  const int threads = *(const int *)pool;
  pthread_t ids[MAX_THREADS];
  share shares[MAX_THREADS];
  int started[MAX_THREADS] = {0};
  for (int i = 0; i < threads; ++i) {
    const share own = {task, frame, i, threads, count};
    shares[i] = own;
    started[i] = i > 0 && i < count && pthread_create(&ids[i], NULL, work, &shares[i]) == 0;
  }
  for (int i = 0; i < threads; ++i) /* the share of a thread that could not be started is done here */
    if (!started[i])
      work(&shares[i]);
  for (int i = 0; i < threads; ++i)
    if (started[i])
      pthread_join(ids[i], NULL);
}

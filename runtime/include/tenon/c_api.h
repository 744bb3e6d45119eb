/* SPDX-License-Identifier: Apache-2.0 */
/* The stable C99 surface of Tenon.
 *
 * Part 1 is the program ABI: what the code generator emits, in process or into a file, and what every runner calls.
 * Part 2 is libtenon-runtime's API: load a program from a file, give it memory and call it.
 *
 * A program is immutable and may be shared by any number of callers. It calls nothing it was not handed: threads come
 * in through tenon_threads, memory through tenon_call.
 */
#ifndef TENON_C_API_H
#define TENON_C_API_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---------------------------------------------------------------- 1. the program ABI */

#define TENON_ABI_VERSION 1u

/* One unit of work of a stage: tasks of a stage are independent and right in any order. */
typedef void (*tenon_task)(void *frame, int64_t index);

/* How a program runs the tasks 0 .. count-1 of a stage; returns when all are done. Serial is always right. */
typedef struct tenon_threads {
  void *pool;
  void (*parallel_for)(void *pool, tenon_task task, void *frame, int64_t count);
} tenon_threads;

/* One call of an entry. All pointers are the caller's; tensors are dense, row major, at least 4-byte aligned. */
typedef struct tenon_call {
  const void *const *inputs;    /* one per input of the entry, in the manifest's order */
  void *const *outputs;         /* one per output of the entry */
  void *const *variables;       /* one per variable of the program, in the manifest's order */
  const int64_t *symbols;       /* the value of each symbol (dynamic dimension) of the entry */
  void *arena;                  /* 64-byte aligned, of the size plan() returned for these symbols */
  const tenon_threads *threads; /* null: everything on the calling thread */
} tenon_call;

typedef struct tenon_entry {
  const char *name; /* "predict", "prepare", "train_step", "evaluate_step", "reset_metrics", "read_metrics" */
  /* The arena's size in bytes for these symbol values, or -(1 + c) when the entry's check number c fails (the manifest
   * holds its message). Writes the dimensions of all outputs one after another into output_dims, unless it is null. */
  int64_t (*plan)(const int64_t *symbols, int64_t *output_dims);
  /* Runs the entry. The symbols must have passed plan(). Cannot fail. */
  void (*run)(const tenon_call *call);
} tenon_entry;

/* What a program is: the symbol <tag>_program of an object or library, or a table in process. */
typedef struct tenon_program_table {
  uint32_t abi_version; /* TENON_ABI_VERSION */
  uint32_t entry_count;
  const tenon_entry *entries;
  const void *manifest; /* flatbuffers, runtime/schema/manifest.fbs, file identifier "TNNM" */
  uint64_t manifest_size;
  const void *weights; /* initial values of variables at the offsets the manifest names, 64-byte aligned; may be null */
  uint64_t weights_size;
} tenon_program_table;

/* ---------------------------------------------------------------- 2. the runtime API (libtenon-runtime) */

/* Element types; the numbers are the manifest's. */
typedef enum tenon_dtype { TENON_F32 = 0, TENON_I32 = 1, TENON_I64 = 2, TENON_I8 = 3 } tenon_dtype;

typedef enum tenon_status {
  TENON_OK = 0,
  TENON_BAD_INPUT = 1, /* the file's, array's or shape's fault */
  TENON_BAD_USAGE = 2, /* a name or option that does not exist */
  TENON_BUG = 3        /* ours */
} tenon_status;

typedef struct tenon_program tenon_program; /* immutable, may be shared between threads */
typedef struct tenon_session tenon_session; /* arena and variables: one caller at a time */

/* An array: data is the caller's, dims has rank entries. */
typedef struct tenon_array {
  void *data;
  tenon_dtype dtype;
  int32_t rank;
  const int64_t *dims;
} tenon_array;

/* The message of the last call on this thread that did not return TENON_OK; never null. */
const char *tenon_last_error(void);

/* Loads a compiled library (.so); refuses a file that is no program, an ABI version or a CPU that does not fit. */
tenon_status tenon_program_load(const char *path, tenon_program **program);
/* Wraps a program linked into the caller's binary; the table must outlive it. */
tenon_status tenon_program_wrap(const tenon_program_table *table, tenon_program **program);
void tenon_program_free(tenon_program *program);

/* threads: how many threads a call may use, 0 for one per core. */
tenon_status tenon_session_create(tenon_program *program, int32_t threads, tenon_session **session);
void tenon_session_free(tenon_session *session);

/* Calls an entry. inputs and outputs in the manifest's order; every array's dtype, rank and dims are checked, and the
 * dims of an output must be those tenon_session_output_dims gives. */
tenon_status tenon_session_call(tenon_session *session, const char *entry, const tenon_array *inputs,
                                int32_t input_count, const tenon_array *outputs, int32_t output_count);
/* The rank and dims of output number `output` of an entry for these inputs (data is not read). dims: room for 8. */
tenon_status tenon_session_output_dims(tenon_session *session, const char *entry, const tenon_array *inputs,
                                       int32_t input_count, int32_t output, int32_t *rank, int64_t *dims);
/* A variable's storage in this session, by name ("dense/kernel"); dims are the program's. Whoever writes to weights or
 * statistics calls tenon_session_weights_changed before the next predict. */
tenon_status tenon_session_variable(tenon_session *session, const char *name, tenon_array *variable);
/* Says that weights were written: what @prepare derives from them is computed again before the next "predict". */
tenon_status tenon_session_weights_changed(tenon_session *session);

#ifdef __cplusplus
}
#endif
#endif /* TENON_C_API_H */

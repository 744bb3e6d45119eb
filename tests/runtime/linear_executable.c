/* SPDX-License-Identifier: Apache-2.0 */
/* The prediction of the linear program as the object of a compiled executable: C, and nothing but its own code. */
#include <tenon/c_api.h>

static const unsigned char manifest[] = {
#include "linear_manifest.inc"
};
static const float weights[16] = {1, 2, 3, 0.5f};

static int64_t plan(const int64_t *symbols, int64_t *dims) {
  if (symbols[0] > 1000000)
    return -1;
  if (dims) {
    dims[0] = symbols[0];
    dims[1] = 1;
  }
  return 0;
}

static void task(void *frame, int64_t row) {
  const tenon_call *call = (const tenon_call *)frame;
  const float *x = (const float *)call->inputs[0] + 3 * row, *kernel = (const float *)call->variables[0];
  ((float *)call->outputs[0])[row] =
      x[0] * kernel[0] + x[1] * kernel[1] + x[2] * kernel[2] + *(const float *)call->variables[1];
}

static void run(const tenon_call *call) {
  if (call->threads)
    call->threads->parallel_for(call->threads->pool, task, (void *)call, call->symbols[0]);
  else
    for (int64_t row = 0; row < call->symbols[0]; ++row)
      task((void *)call, row);
}

static const tenon_entry entries[] = {{"predict", plan, run}};
const tenon_program_table tenon_model_program = {
    TENON_ABI_VERSION, 1, entries, manifest, sizeof manifest, weights, sizeof weights};

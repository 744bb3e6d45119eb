/* SPDX-License-Identifier: Apache-2.0 */
/* A user of the C API in C99: loads a library, asks for the output's dims, predicts. */
#include <tenon/c_api.h>

#include <string.h>

static int fail(char *message, int size, const char *what) {
  strncpy(message, what, (size_t)size - 1);
  return 1;
}

int useFromC(const char *library, char *message, int size) {
  tenon_program *program;
  tenon_session *session;
  float x[6] = {1, 1, 1, 0, 0, 1}, y[2] = {0, 0};
  int64_t xDims[2] = {2, 3}, yDims[8];
  int32_t rank = 0;
  tenon_array input = {x, TENON_F32, 2, xDims}, output = {y, TENON_F32, 2, yDims};
  if (tenon_program_load(library, &program) != TENON_OK || tenon_session_create(program, 0, &session) != TENON_OK)
    return fail(message, size, tenon_last_error());
  if (tenon_session_output_dims(session, "predict", &input, 1, 0, &rank, yDims) != TENON_OK)
    return fail(message, size, tenon_last_error());
  if (rank != 2 || yDims[0] != 2 || yDims[1] != 1)
    return fail(message, size, "wrong dims");
  if (tenon_session_call(session, "predict", &input, 1, &output, 1) != TENON_OK)
    return fail(message, size, tenon_last_error());
  tenon_session_free(session);
  tenon_program_free(program);
  return y[0] == 6.5f && y[1] == 3.5f ? 0 : fail(message, size, "wrong prediction");
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Loads a compiled model and calls it: serve plane.so A B */
#include <tenon/c_api.h>

#include <stdio.h>
#include <stdlib.h>

static void check(tenon_status status) {
  if (status != TENON_OK) {
    fprintf(stderr, "%s\n", tenon_last_error());
    exit(status);
  }
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: serve MODEL.so A B\n");
    return 2;
  }
  float point[2] = {strtof(argv[2], NULL), strtof(argv[3], NULL)}, value = 0;
  const int64_t pointDims[2] = {1, 2}, valueDims[2] = {1, 1};
  const tenon_array input = {point, TENON_F32, 2, pointDims}, output = {&value, TENON_F32, 2, valueDims};
  tenon_program *program = NULL;
  tenon_session *session = NULL;
  check(tenon_program_load(argv[1], &program));
  check(tenon_session_create(program, 1, &session));
  check(tenon_session_call(session, "predict", &input, 1, &output, 1));
  printf("%.3f\n", value);
  tenon_session_free(session);
  tenon_program_free(program);
  return 0;
}

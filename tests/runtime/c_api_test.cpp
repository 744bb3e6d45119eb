// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/LinearProgram.h"

#include <tenon/c_api.h>

#include <gtest/gtest.h>

extern "C" int useFromC(const char *library, char *message, int size); // c_api_use.c

TEST(CApi, WorksFromC99) {
  char message[256] = "";
  EXPECT_EQ(useFromC(TENON_LIB_DIR "/liblinear_program.so", message, sizeof message), 0) << message;
}

TEST(CApi, TurnsErrorsIntoCodesAndMessages) {
  tenon_program *program = nullptr;
  EXPECT_EQ(tenon_program_load("/no/such/file.so", &program), TENON_BAD_INPUT);
  EXPECT_STREQ(tenon_last_error(), "/no/such/file.so: cannot be opened: No such file or directory");
  EXPECT_EQ(tenon_program_load(nullptr, &program), TENON_BAD_USAGE);
  EXPECT_STREQ(tenon_last_error(), "tenon_program_load: an argument is null");
  EXPECT_EQ(tenon_program_wrap(nullptr, &program), TENON_BAD_USAGE);

  tenon::test::LinearProgram linear;
  ASSERT_EQ(tenon_program_wrap(linear.table(), &program), TENON_OK);
  tenon_session *session = nullptr;
  EXPECT_EQ(tenon_session_create(program, -1, &session), TENON_BAD_USAGE);
  ASSERT_EQ(tenon_session_create(program, 1, &session), TENON_OK);
  EXPECT_EQ(tenon_session_call(session, "fly", nullptr, 0, nullptr, 0), TENON_BAD_USAGE);
  int64_t dims[] = {1, 3};
  tenon_array input = {nullptr, TENON_F32, 2, dims}, output = {nullptr, TENON_F32, 2, dims};
  EXPECT_EQ(tenon_session_call(session, "predict", &input, 1, &output, 1), TENON_BAD_USAGE);
  EXPECT_STREQ(tenon_last_error(), "input 0: its data is null");
  input.rank = 99;
  EXPECT_EQ(tenon_session_call(session, "predict", &input, 1, &output, 1), TENON_BAD_USAGE);
  EXPECT_STREQ(tenon_last_error(), "input 0: has no valid dtype, rank or dims");
  int32_t rank;
  int64_t room[8];
  input.rank = 2;
  EXPECT_EQ(tenon_session_output_dims(session, "predict", &input, 1, 5, &rank, room), TENON_BAD_USAGE);
  EXPECT_STREQ(tenon_last_error(), "entry 'predict' has no output number 5");
  tenon_array variable;
  EXPECT_EQ(tenon_session_variable(session, "nothing", &variable), TENON_BAD_USAGE);
  ASSERT_EQ(tenon_session_variable(session, "linear/kernel", &variable), TENON_OK);
  EXPECT_EQ(variable.rank, 2);
  EXPECT_EQ(variable.dims[0], 3);
  EXPECT_EQ(static_cast<float *>(variable.data)[2], 3);
  // Weights written through the C API count once that is said: predict prepares again.
  std::vector<float> x(6, 1), y(6);
  int64_t shape[] = {2, 3}, outputShape[8];
  input = {x.data(), TENON_F32, 2, shape};
  ASSERT_EQ(tenon_session_output_dims(session, "predict", &input, 1, 0, &rank, outputShape), TENON_OK);
  output = {y.data(), TENON_F32, rank, outputShape};
  ASSERT_EQ(tenon_session_call(session, "predict", &input, 1, &output, 1), TENON_OK) << tenon_last_error();
  int before = tenon::test::prepareCount;
  ASSERT_EQ(tenon_session_weights_changed(session), TENON_OK);
  ASSERT_EQ(tenon_session_call(session, "predict", &input, 1, &output, 1), TENON_OK) << tenon_last_error();
  EXPECT_EQ(tenon::test::prepareCount, before + 1);
  EXPECT_EQ(tenon_session_weights_changed(nullptr), TENON_BAD_USAGE);
  tenon_session_free(session);
  tenon_program_free(program);
}

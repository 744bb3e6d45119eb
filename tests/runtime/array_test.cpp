// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/Helpers.h"

#include <tenon/array.h>

using namespace tenon;
using test::errorOf;

TEST(Array, IsMadeFromValuesAndShape) {
  Array array({1, 2, 3, 4, 5, 6}, {2, 3});
  EXPECT_EQ(array.dtype(), DType::F32);
  EXPECT_EQ(array.shape(), (Shape{2, 3}));
  EXPECT_EQ(array.at(4), 5);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(array.raw()) % 64, 0u);
  Array list{1, 2, 3};
  EXPECT_EQ(list.shape(), (Shape{3}));
  Array matrix = Array::matrix({{1, 2}, {3, 4}, {5, 6}});
  EXPECT_EQ(matrix.shape(), (Shape{3, 2}));
  EXPECT_EQ(matrix.at(5), 6);
  Array integers(std::vector<int64_t>{7, 8}, {2, 1});
  EXPECT_EQ(integers.dtype(), DType::I64);
  EXPECT_EQ(integers.data<int64_t>()[1], 8);
  EXPECT_EQ(Array::scalar(3).shape(), Shape{});
  EXPECT_EQ(Array().size(), 0);
}

TEST(Array, RefusesWhatDoesNotFit) {
  EXPECT_EQ(errorOf([] { Array({1, 2, 3}, {2, 2}); }), "an array of shape (2, 2) takes 4 values, received 3");
  EXPECT_EQ(errorOf([] { Array({2, -3}, DType::F32); }), "an array cannot have the shape (2, -3)");
  EXPECT_EQ(errorOf([] {
              Array({int64_t(1) << 40, int64_t(1) << 40}, DType::F32);
            }),
            "an array cannot have the shape (1099511627776, 1099511627776)");
  EXPECT_EQ(errorOf([] { Array{1, 2}.data<int32_t>(); }), "the array holds float32, not int32");
  EXPECT_EQ(errorOf([] {
              Array::matrix({{1, 2}, {3}});
            }),
            "Array::matrix: expected rows of 2 values like the first, received a row of 1");
  EXPECT_EQ(errorOf([] { Array{1}.rows(0, 2); }), "rows 0 to 2 are outside an array of shape (1,)");
  EXPECT_EQ(errorOf([] { Array{1, 2, 3}.reshape({2, -1}); }), "an array of shape (3,) cannot be reshaped to (2, ?)");
  EXPECT_EQ(errorOf([] { Array{1}.at(1); }), "index 1 is outside an array of shape (1,)");
}

TEST(Array, RowsAndReshapesShareElementsAndKeepThemAlive) {
  Array rows;
  {
    Array array({1, 2, 3, 4, 5, 6}, {3, 2});
    rows = array.rows(1, 3);
    array.data<float>()[2] = 9;
  }
  EXPECT_EQ(rows.toVector<float>(), (std::vector<float>{9, 4, 5, 6}));
  EXPECT_EQ(rows.reshape({-1}).shape(), (Shape{4}));
  Array copy = rows.clone();
  copy.data<float>()[0] = 1;
  EXPECT_EQ(rows.at(0), 9);
}

TEST(Array, ConvertsOnlyWhatSurvives) {
  EXPECT_EQ((Array{1, -2, 3}).astype(DType::I8).toVector<int8_t>(), (std::vector<int8_t>{1, -2, 3}));
  EXPECT_EQ(Array(std::vector<int64_t>{5}, {1}).astype(DType::F32).at(0), 5);
  EXPECT_EQ(Array(std::vector<int64_t>{-128, 127}, {2}).astype(DType::I8).at(1), 127);
  EXPECT_EQ(errorOf([] { Array{0.5f}.astype(DType::I32); }), "the value 0.500000 at index 0 is no int32");
  EXPECT_EQ(errorOf([] { Array{2147483648.0f}.astype(DType::I32); }),
            "the value 2147483648.000000 at index 0 is no int32");
  EXPECT_EQ(Array{-2147483648.0f}.astype(DType::I32).at(0), -2147483648.0);
  EXPECT_EQ(errorOf([] { Array(std::vector<int64_t>{128}, {1}).astype(DType::I8); }),
            "the value 128 at index 0 is no int8");
  EXPECT_EQ(Array::fromDoubles({0.1}, {1}).at(0), double(0.1f));
}

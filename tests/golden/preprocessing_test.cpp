// SPDX-License-Identifier: Apache-2.0
// toCategorical, padSequences and Normalizer against Keras's to_categorical, pad_sequences and Normalization.
#include "tests/golden/Golden.h"

namespace tenon::golden {
namespace {

class Preprocessing : public ::testing::TestWithParam<Case> {};

TEST_P(Preprocessing, IsKerass) {
  const Json &data = GetParam().data;
  Array result;
  double tolerance = 0;
  if (data.contains("labels")) {
    const Json &classes = data.at("classes");
    result = data::toCategorical(toArray(data.at("labels")), classes.is_null() ? 0 : classes.get<int64_t>());
  } else if (data.contains("sequences")) {
    const Json &options = data.at("options");
    result = data::padSequences(data.at("sequences").get<std::vector<std::vector<int32_t>>>(),
                                {.maxlen = options.value("maxlen", 0),
                                 .padding = options.value("padding", "pre"),
                                 .truncating = options.value("truncating", "pre"),
                                 .value = options.value("value", 0.0)});
    EXPECT_EQ(result.dtype(), DType::I32);
  } else {
    data::Normalizer normalize(toArray(data.at("train")), {.axes = data.at("axes")});
    result = normalize(toArray(data.at("test")));
    tolerance = 1e-6;
  }
  EXPECT_TRUE(near(result.astype(DType::F32), data.at("result"), tolerance));
}

INSTANTIATE_TEST_SUITE_P(Keras, Preprocessing, ::testing::ValuesIn(readCases("preprocessing")), caseName);

} // namespace
} // namespace tenon::golden

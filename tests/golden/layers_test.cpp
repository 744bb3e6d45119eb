// SPDX-License-Identifier: Apache-2.0
// Every layer's values in inference, as compiled, against real Keras's.
#include "tests/golden/Golden.h"

namespace tenon::golden {
namespace {

class Layers : public ::testing::TestWithParam<Case> {};

void expectOutputs(Model &model, const Json &data, int batchSize) {
  const Predictions outputs = model.predict(toArrays(data.at("inputs")), {.batchSize = batchSize, .verbose = 0});
  ASSERT_EQ(outputs.size(), data.at("outputs").size());
  for (size_t i = 0; i < outputs.size(); ++i)
    EXPECT_TRUE(near(outputs.arrays()[i], data.at("outputs")[i], 1e-5))
        << "output " << i << ", batches of " << batchSize;
}

TEST_P(Layers, PredictsAsKeras) {
  const Json &data = GetParam().data;
  Model model = readModel(data);
  expectOutputs(model, data, 32);
  expectOutputs(model, data, 2); // three samples: the last batch is a partial one
}

INSTANTIATE_TEST_SUITE_P(Keras, Layers, ::testing::ValuesIn(readCases("layers")), caseName);
INSTANTIATE_TEST_SUITE_P(KerasOptions, Layers, ::testing::ValuesIn(readCases(layerFiles)), caseName);

} // namespace
} // namespace tenon::golden

// SPDX-License-Identifier: Apache-2.0
// Every layer's gradient, as compiled: one step of plain gradient descent on the layer behind a Dense of its own, so
// that the gradients of the layer's weights and of its input both show in the weights.
#include "tests/golden/Golden.h"

namespace tenon::golden {
namespace {

class Gradients : public ::testing::TestWithParam<Case> {};

TEST_P(Gradients, AreKerass) {
  const Json &data = GetParam().data;
  Model model = readModel(data);
  model.compile({.optimizer = SGD({.learningRate = 0.5}), .loss = "mse"});
  const Json &x = data.at(data.contains("x") ? "x" : "inputs");
  const Scores scores = model.trainOnBatch(toArrays(x), toArray(data.at("y")));
  EXPECT_NEAR(scores["loss"], data.at("loss").get<double>(), 1e-5 * (1 + data.at("loss").get<double>()));
  const std::vector<Array> weights = model.getWeights();
  ASSERT_EQ(weights.size(), data.at("trained").size());
  // A bias in front of a batch normalisation has the gradient zero: both have what is left of sums that cancel.
  const double tolerance = GetParam().name() == "batch_normalization_conv2d_same" ? 2e-5 : 1e-5;
  for (size_t i = 0; i < weights.size(); ++i)
    EXPECT_TRUE(near(weights[i], data.at("trained")[i], tolerance)) << "weight " << i;
}

INSTANTIATE_TEST_SUITE_P(Keras, Gradients, ::testing::ValuesIn(readCases("gradients")), caseName);
std::vector<Case> trainedCases() {
  std::vector<Case> cases = readCases(layerFiles);
  std::erase_if(cases, [](const Case &one) { return !one.data.contains("y"); }); // several outputs: values alone
  return cases;
}
INSTANTIATE_TEST_SUITE_P(KerasOptions, Gradients, ::testing::ValuesIn(trainedCases()), caseName);

} // namespace
} // namespace tenon::golden

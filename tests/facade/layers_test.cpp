// SPDX-License-Identifier: Apache-2.0
// Every layer of the table, alone in a model: saved, loaded and compiled again it predicts the same bits, for two
// batch sizes.
#include "tests/facade/Helpers.h"
#include "tests/frontend/LayerCases.h"
#include <cmath>
#include <cstdio>

namespace tenon {
namespace {

using testing::LayerCase;

class SavedLayer : public ::testing::TestWithParam<LayerCase> {};

// Unknown sizes are 4, large enough for every window of the table.
Shape known(Shape shape) {
  for (int64_t &size : shape)
    size = size == None ? 4 : size;
  return shape;
}
Array inputFor(const Shape &shape, int64_t batch, uint32_t seed) {
  Shape full = known(shape);
  full.insert(full.begin(), batch);
  return testing::noise(full, seed);
}

TEST_P(SavedLayer, PredictsTheSameBits) {
  const LayerCase &row = GetParam();
  std::vector<Tensor> inputs;
  for (size_t i = 0; i < row.inputs.size(); ++i)
    inputs.push_back(Input(row.inputs[i], {.name = "x" + std::to_string(i)}));
  Layer layer = row.make();
  Tensor output = inputs.size() == 1 ? layer(inputs[0]) : layer(inputs);
  Model model(inputs, {output}, {.name = "saved"});
  uint32_t seed = 3; // weights that are not what a new layer starts with
  auto weights = model.getWeights();
  for (Array &weight : weights) {
    weight = testing::noise(weight.shape(), ++seed);
    for (int64_t i = 0; i < weight.size(); ++i)
      weight.data<float>()[i] = std::abs(weight.data<float>()[i]) + 0.1f; // variances among them
  }
  model.setWeights(weights);
  std::string path = ::testing::TempDir() + "layer_" + row.title + ".tenon";
  model.save(path);
  Model loaded = loadModel(path);
  std::remove(path.c_str());
  for (int64_t batch : {1, 3}) {
    std::vector<Array> x;
    for (size_t i = 0; i < row.inputs.size(); ++i)
      x.push_back(inputFor(row.inputs[i], batch, static_cast<uint32_t>(10 + i)));
    std::vector<Array> before = {model.predict(x)[0]}, after = {loaded.predict(x)[0]};
    EXPECT_TRUE(testing::sameBits(before, after)) << "batch " << batch;
    for (int64_t i = 0; i < before[0].size(); ++i)
      ASSERT_TRUE(std::isfinite(before[0].at(i)));
  }
}
INSTANTIATE_TEST_SUITE_P(Table, SavedLayer, ::testing::ValuesIn(testing::layerCases()),
                         [](const auto &info) { return info.param.title; });

} // namespace
} // namespace tenon

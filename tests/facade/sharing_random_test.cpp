// SPDX-License-Identifier: Apache-2.0
// Random graphs with layers and models in several places, saved and loaded in every format: the outputs keep their
// bits.
#include "tests/facade/Helpers.h"
#include <cmath>
#include <map>
#include <random>
#include <span>

namespace tenon::testing {
namespace {

using ::testing::HasSubstr;

/// Every value has 3 columns, so that anything fits anywhere.
class RandomGraph {
public:
  explicit RandomGraph(uint32_t seed) : random(seed) {}

  Model make(int depth) {
    Level level;
    std::vector<Tensor> inputs = {input(level)};
    if (chance(3))
      inputs.push_back(input(level));
    std::vector<Tensor> values = inputs;
    for (int step = 2 + pick(4); step > 0; --step)
      if (Tensor value = next(level, values, depth))
        values.push_back(value);
    if (values.size() == inputs.size())
      values.push_back(Dense({.units = 3})(inputs[0]));
    Tensor out = inputs.size() > 1 ? Add()({values.back(), inputs[0], inputs[1]}) : values.back();
    const Model model(inputs, {out}, {.name = chance(3) ? "part" : ""});
    keep(Layer(model), inputs.size());
    // A part of it: from the input to some value, or from a value on.
    if (inputs.size() == 1 && chance(2))
      keep(Layer(Model(inputs[0], values[1 + pick(static_cast<int>(values.size()) - 1)])), 1);
    return model;
  }

private:
  using Level = std::map<std::string, const graph::LayerNode *>;
  struct Known {
    Layer layer;
    size_t inputs;
  };

  int pick(int count) { return static_cast<int>(random() % static_cast<uint32_t>(count)); }
  bool chance(int of) { return pick(of) == 0; }
  void keep(const Layer &layer, size_t inputs) { known.push_back({layer, inputs}); }
  /// A layer may come again, another of its name may not.
  static bool fits(Level &level, const Layer &layer) {
    return level.try_emplace(layer.name(), layer.node().get()).first->second == layer.node().get();
  }

  Tensor input(Level &level) {
    static const char *names[] = {"", "x", "y"};
    const char *name = names[pick(3)];
    const Tensor tensor = Input({3}, {.name = level.contains(name) ? "" : name});
    level.emplace(tensor.name(), nullptr);
    return tensor;
  }
  Layer leaf() {
    static const char *names[] = {"", "", "d", "e", "not_equal"};
    static const char *activations[] = {"linear", "tanh", "relu", "sigmoid", "softplus"};
    const std::string name = names[pick(5)];
    switch (pick(6)) {
    case 0:
      return BatchNormalization({.name = name});
    case 1:
      return ReLU({.name = name});
    case 2:
      return Dropout({.rate = 0.25, .name = name});
    default:
      return Dense({.units = 3, .activation = activations[pick(5)], .useBias = !chance(4), .name = name});
    }
  }
  Layer stack() {
    Level level;
    Sequential model({.name = chance(3) ? "part" : ""});
    if (chance(2))
      model.add(Input({3}));
    for (int count = 1 + pick(3); count > 0; --count) {
      const Known part = !known.empty() && chance(2) ? known[pick(static_cast<int>(known.size()))] : Known{leaf(), 1};
      if (part.inputs == 1 && level.try_emplace(part.layer.name()).second)
        model.add(part.layer);
    }
    if (model.layers().empty())
      model.add(Dense({.units = 3}));
    return model;
  }
  Tensor next(Level &level, const std::vector<Tensor> &values, int depth) {
    std::optional<Known> part;
    if (!known.empty() && chance(2))
      part = known[pick(static_cast<int>(known.size()))];
    else if (depth > 0 && chance(2)) {
      const Model model = make(depth - 1);
      part = Known{model, model.inputs().size()};
    } else if (chance(3)) {
      part = Known{stack(), 1};
      known.push_back(*part);
    } else {
      part = Known{leaf(), 1};
      known.push_back(*part);
    }
    if (!fits(level, part->layer))
      return {};
    std::vector<Tensor> inputs; // the last value mostly, often one twice
    for (size_t i = 0; i < part->inputs; ++i)
      inputs.push_back(chance(2) ? values.back() : values[pick(static_cast<int>(values.size()))]);
    return part->layer(inputs);
  }

  std::mt19937 random;
  std::vector<Known> known;
};

/// Keeps warnings to itself.
struct Quiet {
  Quiet() { ::testing::internal::CaptureStderr(); }
  ~Quiet() { ::testing::internal::GetCapturedStderr(); }
};

class RandomSharing : public ::testing::TestWithParam<uint32_t> {};

TEST_P(RandomSharing, FilesGiveTheSameOutputs) {
  clearSession();
  setRandomSeed(GetParam());
  const Quiet quiet; // parts of models, and what Keras's formats lose
  RandomGraph graphs(GetParam());
  const Model model = graphs.make(3);
  std::vector<Array> values, inputs;
  for (const Array &weight : model.getWeights()) {
    values.push_back(noise(weight.shape(), GetParam() * 1000 + static_cast<uint32_t>(values.size())));
    for (float &value : std::span(values.back().data<float>(), static_cast<size_t>(values.back().size())))
      value = std::abs(value) * 0.6f; // variances are not negative
  }
  model.setWeights(values);
  for (size_t i = 0; i < model.inputs().size(); ++i)
    inputs.push_back(noise({4, 3}, 77 + static_cast<uint32_t>(i)));
  const Array expected = model.predictOnBatch(inputs);
  const double largest = distance(expected, Array(expected.shape(), DType::F32));
  for (const std::string ending : {".tenon", ".keras", ".h5"}) {
    const std::string name = ::testing::TempDir() + "/random_sharing_" + std::to_string(GetParam());
    const std::string path = name + ending, again = name + "_again" + ending;
    model.save(path);
    try {
      const Model loaded = loadModel(path);
      const Array outputs = loaded.predictOnBatch(inputs);
      if (ending == ".h5" && loaded.getWeights().size() != values.size()) {
        // What is computed once of a shared layer is computed in each copy, and may be part of other kernels.
        EXPECT_LT(distance(outputs, expected), 1e-5 * (1 + largest));
        continue;
      }
      EXPECT_TRUE(sameBits(outputs, expected)) << ending;
      EXPECT_EQ(loaded.toJson(), model.toJson()) << ending;
      EXPECT_EQ(loaded.weightNames(), model.weightNames()) << ending;
      EXPECT_TRUE(sameBits(loaded.getWeights(), values)) << ending;
      loaded.save(again);
      EXPECT_TRUE(sameBits(loadModel(again).getWeights(), values)) << ending;
    } catch (const Error &error) {
      // Of layers that look the same inside one inner model, the older format does not say which stands twice.
      EXPECT_EQ(ending, ".h5") << error.what();
      EXPECT_THAT(error.what(), HasSubstr("a layer that stands there more than once is written once"));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomSharing, ::testing::Range(0u, 24u));

} // namespace
} // namespace tenon::testing

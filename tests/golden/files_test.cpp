// SPDX-License-Identifier: Apache-2.0
// Files that real Keras wrote: weights to the bit, predictions, training that goes on; what is wrong is said in one
// line.
#include "tests/golden/Files.h"
#include "tests/golden/Golden.h"
#include <fstream>
#include <gmock/gmock.h>

namespace tenon::golden {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<Case> readFileCases() {
  std::ifstream file(fileOf("expected.json"));
  std::vector<Case> cases;
  Json list = Json::parse(file);
  for (Json &data : list)
    cases.push_back({std::move(data)});
  return cases;
}

class KerasFiles : public ::testing::TestWithParam<Case> {
protected:
  const Json &data = GetParam().data;
  const std::string path = fileOf(GetParam().name() + ".keras");
};

TEST_P(KerasFiles, HoldTheSameWeightsAndPredictTheSame) {
  const Model model = loadModel(path);
  EXPECT_EQ(model.name(), GetParam().name());
  expectWeights(model, data.at("weights"));
  const Predictions outputs = model.predict(toArrays(data.at("inputs")), {.verbose = 0});
  ASSERT_EQ(outputs.size(), data.at("outputs").size());
  for (size_t i = 0; i < outputs.size(); ++i)
    EXPECT_TRUE(near(outputs.arrays()[i], data.at("outputs")[i], 1e-5)) << "output " << i;
}

TEST_P(KerasFiles, AreTrainedFurtherAsInKeras) {
  if (!data.contains("fit"))
    GTEST_SKIP() << "a model that is not compiled";
  const Model model = loadModel(path);
  const std::vector<Array> x = toArrays(data.at("inputs")), y = toArrays(data.at("targets"));
  std::map<std::string, double> scores;
  for (const auto &[name, value] : model.evaluate(x, y, {.verbose = 0}))
    scores[name] = value;
  EXPECT_TRUE(nearLogs(scores, data.at("evaluate"), 1e-5));
  const History history = model.fit(x, y, {.batchSize = 3, .epochs = 3, .verbose = 0, .shuffle = false});
  for (int epoch = 0; epoch < 3; ++epoch) {
    std::map<std::string, double> actual;
    Json expected;
    for (const auto &[name, values] : history.history)
      actual[name] = values[static_cast<size_t>(epoch)];
    for (const auto &[name, values] : data.at("fit").items())
      expected[name] = values[static_cast<size_t>(epoch)];
    EXPECT_TRUE(nearLogs(actual, expected, 1e-4)) << "epoch " << epoch;
  }
}

TEST_P(KerasFiles, KeepTheirCompileSettingsInATenonFile) {
  const std::string saved = ::testing::TempDir() + "/" + GetParam().name() + ".tenon";
  loadModel(path).save(saved);
  const Model model = loadModel(saved);
  expectWeights(model, data.at("weights"));
  if (data.contains("evaluate")) {
    std::map<std::string, double> scores;
    for (const auto &[name, value] :
         model.evaluate(toArrays(data.at("inputs")), toArrays(data.at("targets")), {.verbose = 0}))
      scores[name] = value;
    EXPECT_TRUE(nearLogs(scores, data.at("evaluate"), 1e-5));
  } else {
    EXPECT_THAT(errorOf([&] { model.fit(toArrays(data.at("inputs")), toArrays(data.at("outputs"))); }),
                HasSubstr("call compile() before fit()"));
  }
}

TEST_P(KerasFiles, CutShortAreErrors) {
  const Copy file(path, GetParam().name() + "_cut.keras");
  const size_t step = GetParam().name() == "late" ? 1 : 101;
  for (size_t size = file.size(); size >= step; size -= step) {
    file.cut(size - step);
    ASSERT_EQ(errorOf([&] { loadModel(file.path); }), file.path + ": is no zip archive, or it is cut short") << size;
  }
}

TEST_P(KerasFiles, WithAByteChangedAreErrorsOrModels) {
  const Copy file(path, GetParam().name() + "_changed.keras");
  const size_t step = 211, count = file.size() / step;
  size_t errors = 0;
  for (size_t i = 0; i < count; ++i) {
    file.flip(i * step);
    const std::string message = errorOf([&] { loadModel(file.path, {.compile = false}); });
    errors += !message.empty();
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    file.flip(i * step);
  }
  EXPECT_GT(errors, count * 8 / 10); // the archive's checksums tell nearly all
}

INSTANTIATE_TEST_SUITE_P(Keras, KerasFiles, ::testing::ValuesIn(readFileCases()), caseName);

TEST(KerasFile, ListsAllThatIsNotSupported) {
  const std::string path = fileOf("unsupported.keras");
  EXPECT_EQ(errorOf([&] { loadModel(path, {.compile = false}); }),
            path +
                ": holds what is not supported: half (Dense): dtype is \"mixed_float16\", only float32 is supported; "
                "anything (Lambda): this layer class is not supported; "
                "always (Dropout): the call's argument training = true is not supported; "
                "multiply (Multiply): an operation outside of layers (keras.src.ops.numpy) is not supported, only "
                "layers are");
  const std::string compiled = errorOf([&] { loadModel(path); });
  EXPECT_THAT(compiled, HasSubstr("half (Dense)"));
  EXPECT_THAT(compiled, HasSubstr("; compile_config: Adam: option learning_rate does not take the value"));
}

TEST(KerasFile, ForeignFilesAreSaidToBeSo) {
  const std::string path = ::testing::TempDir() + "/foreign.keras";
  for (const std::string &text :
       {std::string(), std::string("PK"), std::string("\x89PNG\r\n\x1a\n and so on"), std::string(3000, '\0')}) {
    writeFile(path, text);
    EXPECT_EQ(errorOf([&] { loadModel(path); }), path + ": is no zip archive, or it is cut short");
  }
  EXPECT_EQ(errorOf([] { loadModel("/nowhere/x.keras"); }), "/nowhere/x.keras: no such file, or it cannot be read");
  // An archive of another kind: an empty one.
  writeFile(path, std::string("PK\5\6", 4) + std::string(18, '\0'));
  EXPECT_EQ(errorOf([&] { loadModel(path); }), path + ": is no .keras file: the archive holds no config.json");
  EXPECT_EQ(errorOf([] { loadModel(fileOf("nested.weights.h5")); }),
            fileOf("nested.weights.h5") + ": holds weights without a model; make the model and call loadWeights");
  writeFile(path, contentOf(fileOf("nested.weights.h5")));
  EXPECT_EQ(errorOf([&] { loadModel(path); }),
            path + ": holds weights without a model; make the model and call loadWeights");
}

Model nested(int64_t units = 4) {
  clearSession();
  Tensor inner = Input({6}, {.name = "inner"});
  Model block(inner, BatchNormalization()(Dense({.units = units, .activation = "tanh"})(inner)), {.name = "block"});
  Sequential stack(
      {Input({units}), Dense({.units = 5, .activation = "relu"}), Dropout({.rate = 0.5}), Dense({.units = units})},
      {.name = "stack"});
  Tensor x = Input({6}, {.name = "x"});
  return Model(x, Dense({.units = 2})(stack(stack(block(x)))), {.name = "mine"});
}

TEST(KerasWeights, AreLoadedIntoAModelOfTheSameLayers) {
  const std::vector<Case> cases = readFileCases();
  const Json &data = std::find_if(cases.begin(), cases.end(), [](const Case &c) { return c.name() == "nested"; })->data;
  for (const char *name : {"nested.weights.h5", "nested.keras"}) {
    const Model model = nested();
    Array before = model.predict(toArrays(data.at("inputs")), {.verbose = 0});
    model.loadWeights(fileOf(name));
    expectWeights(model, data.at("weights"));
    const Array after = model.predict(toArrays(data.at("inputs")), {.verbose = 0});
    EXPECT_TRUE(near(after, data.at("outputs")[0], 1e-5)) << name;
  }
}

TEST(KerasWeights, OfAnotherModelAreListedAndLeaveItAsItWas) {
  const Model model = nested(3);
  const std::vector<Array> before = model.getWeights();
  const std::string path = fileOf("nested.weights.h5");
  EXPECT_EQ(errorOf([&] { model.loadWeights(path); }),
            path + ": the weights are not this model's: "
                   "dense (Dense): expected kernel (6, 3), found (6, 4) in layers/functional/layers/dense/vars/0; "
                   "dense (Dense): expected bias (3,), found (4,) in layers/functional/layers/dense/vars/1; "
                   "batch_normalization (BatchNormalization): expected gamma (3,), found (4,) in "
                   "layers/functional/layers/batch_normalization/vars/0; "
                   "batch_normalization (BatchNormalization): expected beta (3,), found (4,) in "
                   "layers/functional/layers/batch_normalization/vars/1; "
                   "batch_normalization (BatchNormalization): expected moving_mean (3,), found (4,) in "
                   "layers/functional/layers/batch_normalization/vars/2; "
                   "batch_normalization (BatchNormalization): expected moving_variance (3,), found (4,) in "
                   "layers/functional/layers/batch_normalization/vars/3; "
                   "dense_1 (Dense): expected kernel (3, 5), found (4, 5) in layers/sequential/layers/dense/vars/0; "
                   "dense_2 (Dense): expected kernel (5, 3), found (5, 4) in layers/sequential/layers/dense_1/vars/0; "
                   "dense_2 (Dense): expected bias (3,), found (4,) in layers/sequential/layers/dense_1/vars/1; "
                   "dense_3 (Dense): expected kernel (3, 2), found (4, 2) in layers/dense/vars/0");
  const std::vector<Array> after = model.getWeights();
  for (size_t i = 0; i < before.size(); ++i)
    EXPECT_EQ(checksum(before[i]), checksum(after[i]));

  clearSession();
  Tensor x = Input({6});
  const Model other(x, BatchNormalization()(Dense({.units = 2, .useBias = false})(x)));
  EXPECT_EQ(errorOf([&] { other.loadWeights(path); }),
            path + ": the weights are not this model's: "
                   "dense (Dense): expected kernel (6, 2), found 2 arrays in layers/dense/vars; "
                   "batch_normalization (BatchNormalization): expected gamma (2,), beta (2,), moving_mean (2,), "
                   "moving_variance (2,), found no layers/batch_normalization/vars");
}

TEST(KerasWeights, DamagedFilesAreErrors) {
  const Model model = nested();
  {
    const Copy file(fileOf("nested.weights.h5"), "changed.weights.h5");
    for (size_t i = 0; i < file.size(); i += 101) { // there is no checksum here: values may be others, nothing else
      file.flip(i);
      const std::string message = errorOf([&] { model.loadWeights(file.path); });
      EXPECT_EQ(message.find('\n'), std::string::npos) << message;
      file.flip(i);
    }
  }
  const Copy file(fileOf("nested.weights.h5"), "cut.weights.h5");
  for (size_t size = file.size(); size >= 7; size -= 7) {
    file.cut(size - 7);
    ASSERT_EQ(errorOf([&] { model.loadWeights(file.path); }),
              file.path + ": is no HDF5 file, or it is damaged or cut short")
        << size;
  }
  EXPECT_THAT(errorOf([] { Sequential({Dense({.units = 2})}).loadWeights(fileOf("nested.weights.h5")); }),
              HasSubstr("its input shape is not known yet"));
  EXPECT_EQ(errorOf([&] { model.loadWeights("/nowhere.weights.h5"); }),
            "/nowhere.weights.h5: no such file, or it cannot be read");
}

} // namespace
} // namespace tenon::golden

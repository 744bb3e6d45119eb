// SPDX-License-Identifier: Apache-2.0
// Files of trained models, of Keras 3 and Keras 2: weights and the optimizer's state to the bit, training that goes on
// with Keras's losses; and what Tenon writes has the groups, attributes and bytes of what Keras wrote.
#include "tests/golden/Described.h"
#include <gmock/gmock.h>

namespace tenon::golden {
namespace {

using ::testing::HasSubstr;

struct TrainedFile {
  Json data; // of its case
  std::string file;
};
void PrintTo(const TrainedFile &file, std::ostream *out) { *out << file.file; }

std::vector<TrainedFile> trainedFiles(bool models) {
  std::ifstream in(fileOf("trained.json"));
  std::vector<TrainedFile> files;
  for (const Json &data : Json::parse(in))
    for (const std::string file : data.at("files"))
      if ((file.find("weights") == std::string::npos) == models)
        files.push_back({data, file});
  return files;
}

std::string nameOf(const ::testing::TestParamInfo<TrainedFile> &info) {
  std::string name = info.param.file;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

std::string temporary(const std::string &name) { return ::testing::TempDir() + "/trained_" + name; }

/// Two batches more, as Keras went on.
void expectSameLosses(const Model &model, const Json &data) {
  for (size_t i = 0; i < data.at("batches").size(); ++i) {
    const Json &batch = data.at("batches")[i];
    model.resetMetrics();
    const Scores scores = model.trainOnBatch(toArrays(batch.at("x")), toArrays(batch.at("y")));
    const double expected = data.at("losses")[i];
    EXPECT_NEAR(scores["loss"], expected, 1e-5 * (1 + std::abs(expected))) << "batch " << i;
  }
}

void expectOutputs(const Model &model, const Json &data) {
  const Array outputs = model.predict(toArrays(data.at("inputs")), {.verbose = 0});
  EXPECT_TRUE(near(outputs, data.at("outputs")[0], 1e-5));
}

class TrainedFiles : public ::testing::TestWithParam<TrainedFile> {
protected:
  const Json &data = GetParam().data;
  const std::string path = fileOf(GetParam().file);
};

TEST_P(TrainedFiles, GoOnAsInKeras) {
  const Model model = loadModel(path);
  expectWeights(model, data.at("weights"));
  expectOutputs(model, data);
  expectSameLosses(model, data);
}

TEST_P(TrainedFiles, GoOnFromEveryFormatThatTenonWrites) {
  for (const char *ending : {".keras", ".h5", ".tenon"}) {
    const std::string saved = temporary(GetParam().file + ending);
    loadModel(path).save(saved);
    const Model model = loadModel(saved);
    expectWeights(model, data.at("weights"));
    expectSameLosses(model, data);
  }
}

TEST_P(TrainedFiles, GiveTheirWeightsToAModelInUse) {
  const Model model = loadModel(path);
  expectSameLosses(model, data); // weights and state are others now
  model.loadWeights(path);
  expectWeights(model, data.at("weights"));
  expectSameLosses(model, data);
  for (const char *name : {"x.weights.h5", "x_weights.h5", "x.npz"}) {
    loadModel(path).saveWeights(temporary(name));
    const Model other = loadModel(path);
    expectSameLosses(other, data);
    other.loadWeights(temporary(name));
    expectWeights(other, data.at("weights"));
    if (std::string(name) == "x.weights.h5")
      expectSameLosses(other, data); // the others hold no state
  }
}

INSTANTIATE_TEST_SUITE_P(Keras, TrainedFiles, ::testing::ValuesIn(trainedFiles(true)), nameOf);

class TrainedWeightFiles : public TrainedFiles {};

TEST_P(TrainedWeightFiles, GiveTheirWeightsToAModelInUse) {
  const std::string file = fileOf(data.at("files")[0].get<std::string>());
  const Model model = loadModel(file);
  expectSameLosses(model, data);
  model.loadWeights(path);
  expectWeights(model, data.at("weights"));
  if (path.ends_with(".weights.h5"))
    expectSameLosses(model, data);
  EXPECT_EQ(errorOf([&] { loadModel(path); }),
            path + ": holds weights without a model; make the model and call loadWeights");
}

INSTANTIATE_TEST_SUITE_P(Keras, TrainedWeightFiles, ::testing::ValuesIn(trainedFiles(false)), nameOf);

TEST(Keras2Files, StatesBesideMasksAreRefused) {
  EXPECT_NE(errorOf([] { loadModel(fileOf("keras2_masked_state.h5")); }).find("lstm (LSTM): takes an initial state in a model with masks"),
            std::string::npos);
}

TEST(WrittenFiles, HaveTheStructureOfKerass) {
  for (const char *name : {"adam.keras", "rmsprop.keras", "masked.keras", "adam.h5", "rmsprop.h5", "masked.h5"}) {
    const std::string written = temporary(name);
    loadModel(fileOf(name)).save(written);
    EXPECT_EQ(describeFile(written), describeFile(fileOf(name))) << name;
  }
  loadModel(fileOf("adam.keras")).saveWeights(temporary("adam.weights.h5"));
  EXPECT_EQ(describeFile(temporary("adam.weights.h5")), describeFile(fileOf("adam.weights.h5")));
}

TEST(WrittenFiles, HaveEqualBytesForEqualModels) {
  for (const char *name : {"a.weights.h5", "a.h5", "a.npz"}) {
    const Model model = loadModel(fileOf("adam.keras"));
    model.saveWeights(temporary(name));
    model.saveWeights(temporary("again_" + std::string(name)));
    EXPECT_EQ(contentOf(temporary(name)), contentOf(temporary("again_" + std::string(name)))) << name;
    EXPECT_LT(std::filesystem::file_size(temporary(name)), 50000u);
  }
}

TEST(WrittenFiles, SayTheLearningRateOfNow) {
  const Model model = loadModel(fileOf("adam.keras"));
  model.setLearningRate(0.125);
  for (const char *name : {"rate.keras", "rate.h5", "rate.tenon"}) {
    model.save(temporary(name));
    EXPECT_EQ(loadModel(temporary(name)).learningRate(), 0.125) << name;
  }
}

TEST(WrittenFiles, NamesOfOtherFormatsAreRefused) {
  const Model model = loadModel(fileOf("adam.keras"));
  EXPECT_EQ(errorOf([&] { model.save("x.onnx"); }), "x.onnx: expected a name that ends in .keras, .h5 or .tenon");
  EXPECT_THAT(errorOf([&] { model.save("x.weights.h5"); }), HasSubstr("is a name for weights alone"));
  EXPECT_EQ(errorOf([&] { model.saveWeights("x.keras"); }),
            "x.keras: expected a name that ends in .weights.h5, .h5 or .npz");
  for (const char *name : {"/nowhere/x.keras", "/nowhere/x.h5"})
    EXPECT_EQ(errorOf([&] { model.save(name); }), std::string(name) + ": cannot be created: No such file or directory");
}

TEST(WrittenFiles, AStateOfAnotherOptimizerStaysOut) {
  const Model model = loadModel(fileOf("adam.keras"));
  ::testing::internal::CaptureStderr();
  model.loadWeights(fileOf("rmsprop.keras"));
  model.compile({.optimizer = SGD(), .loss = "mse"});
  model.loadWeights(fileOf("rmsprop.keras"));
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              HasSubstr("the optimizer's state is not read, it stays as it is: expected 2 variables, found 20"));
}

TEST(LegacyWeights, OfAnotherModelAreListed) {
  clearSession();
  Tensor x = Input({4});
  const Model other(x, Dense({.units = 2})(Dense({.units = 3})(x)));
  EXPECT_EQ(errorOf([&] { other.loadWeights(fileOf("adam.h5")); }),
            fileOf("adam.h5") + ": the weights are not this model's: expected 2 layers with weights, found 3");
  const Model third(x, Dense({.units = 2})(Dense({.units = 5})(Dense({.units = 3})(x))));
  EXPECT_THAT(errorOf([&] { third.loadWeights(fileOf("adam.h5")); }),
              HasSubstr("(Dense): expected 2 arrays, found 6 in model_weights/inner; "));
  EXPECT_THAT(errorOf([&] { third.loadWeights(fileOf("adam.h5")); }),
              HasSubstr("(Dense): expected kernel (3, 5), found (3, 3) in model_weights/fixed/fixed/kernel; "));
}

} // namespace
} // namespace tenon::golden

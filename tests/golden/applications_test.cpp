// SPDX-License-Identifier: Apache-2.0
// The networks of <tenon/applications.h> are Keras's: names, order, options of every layer, parameters, shapes.
#include "tests/golden/Golden.h"
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <tenon/applications.h>
#include <zlib.h>

namespace tenon::golden {
namespace {

using ::testing::HasSubstr;

Json readGolden() {
  std::ifstream file(TENON_SOURCE_DIR "/tests/golden/data/applications.json");
  return Json::parse(file);
}

std::vector<Case> networks() {
  std::vector<Case> cases;
  const Json golden = readGolden();
  for (const Json &network : golden.at("networks"))
    cases.push_back({network});
  return cases;
}

std::optional<std::string> textOption(const Json &options, const char *key) {
  return options.contains(key) && !options[key].is_null() ? std::optional<std::string>(options[key]) : std::nullopt;
}

Model build(const std::string &network, const Json &json) {
  using namespace applications;
  const bool includeTop = json.value("include_top", true);
  const Shape inputShape = json.value("input_shape", Shape());
  const auto pooling = textOption(json, "pooling");
  const int64_t classes = json.value("classes", 1000);
  const std::string activation = json.contains("classifier_activation") ? "linear" : "softmax",
                    name = json.value("name", "");
  if (network == "MobileNet")
    return MobileNet({inputShape, json.value("alpha", 1.0), json.value("depth_multiplier", int64_t(1)),
                      json.value("dropout", 1e-3), includeTop, std::nullopt, pooling, classes, activation, name});
  if (network == "MobileNetV2")
    return MobileNetV2(
        {inputShape, json.value("alpha", 1.0), includeTop, std::nullopt, pooling, classes, activation, name});
  const Options options{includeTop, std::nullopt, inputShape, pooling, classes, activation, name};
  return network == "InceptionV3" ? InceptionV3(options)
         : network == "Xception"  ? Xception(options)
                                  : ResNet50(options);
}

class Applications : public ::testing::TestWithParam<Case> {};

TEST_P(Applications, AreKerass) {
  const Json &data = GetParam().data;
  clearSession();
  const Model model = build(data.at("network"), data.at("options"));
  EXPECT_EQ(model.name(), data.at("name").get<std::string>());
  EXPECT_EQ(model.countParams(), data.at("params").get<int64_t>());
  int64_t statistics = 0;
  for (const Layer &layer : model.layers())
    for (size_t i = 0; i < layer.weightNames().size(); ++i)
      if (layer.weightNames()[i].starts_with("moving_"))
        statistics += layer.getWeights()[i].size();
  EXPECT_EQ(statistics, data.at("non_trainable").get<int64_t>());

  const Json config = Json::parse(model.toJson()).at("config");
  EXPECT_EQ(Json::array({config.at("input_layers"), config.at("output_layers")}), data.at("ends"));
  const std::vector<Layer> layers = model.layers();
  ASSERT_EQ(layers.size(), data.at("layers").size());
  for (size_t i = 0; i < layers.size(); ++i) {
    const Json &expected = data.at("layers")[i], &entry = config.at("layers")[i];
    Json shape = Json::array();
    for (int64_t dim : layers[i].output().shape())
      shape.push_back(dim == None ? Json() : Json(dim));
    shape.erase(0);
    const std::string text = entry.dump();
    const uint32_t checksum =
        static_cast<uint32_t>(crc32(0, reinterpret_cast<const Bytef *>(text.data()), static_cast<uInt>(text.size())));
    ASSERT_EQ(Json::array({layers[i].name(), layers[i].className(), layers[i].countParams(), shape, checksum}),
              expected)
        << text;
  }
}

std::string networkName(const ::testing::TestParamInfo<Case> &info) {
  return info.param.data.at("network").get<std::string>() + "_" + std::to_string(info.index);
}
INSTANTIATE_TEST_SUITE_P(Keras, Applications, ::testing::ValuesIn(networks()), networkName);

std::string errorOf(const std::function<void()> &body) {
  try {
    body();
  } catch (const Error &error) {
    return error.what();
  }
  return "";
}

// Sides that are None: one program for images of all sizes.
TEST(Networks, TakeImagesOfAnySizeWithoutTheirClassifier) {
  clearSession();
  const Model model = applications::MobileNet({.alpha = 0.25, .includeTop = false, .weights = std::nullopt});
  EXPECT_EQ(model.outputs()[0].shape(), (Shape{None, None, None, 256}));
  // One stride of 2 pads as "same" does, four pad one pixel at the end.
  auto side = [](int64_t size) { return (size + 1) / 2 / 16; };
  for (const Shape &size : {Shape{1, 40, 64, 3}, Shape{2, 97, 33, 3}}) {
    const Array features = model.predictOnBatch(Array(size, DType::F32));
    EXPECT_EQ(features.shape(), (Shape{size[0], side(size[1]), side(size[2]), 256}));
  }
}

TEST(Networks, SayWhatDoesNotFit) {
  using namespace applications;
  const std::optional<std::string> none = std::nullopt;
  EXPECT_EQ(errorOf([&] {
              InceptionV3({.weights = none, .inputShape = {74, 80, 3}});
            }),
            "inception_v3: expected sides of 75 or more, got inputShape {74, 80, 3}");
  EXPECT_EQ(errorOf([&] {
              Xception({.weights = none, .inputShape = {None, 80, 3}});
            }),
            "xception: the classifier needs sides of a known size, got inputShape {None, 80, 3}");
  EXPECT_EQ(errorOf([&] {
              ResNet50({.weights = none, .inputShape = {80, 80}});
            }),
            "resnet50: expected an inputShape of height, width and channels, got {80, 80}");
  EXPECT_EQ(errorOf([&] { ResNet50({.classes = 10}); }),
            "resnet50: ImageNet's weights have 1000 classes, got classes = 10");
  EXPECT_EQ(errorOf([&] {
              ResNet50({.inputShape = {64, 64, 3}});
            }),
            "resnet50: ImageNet's weights with the classifier take an inputShape of {224, 224, 3}, got {64, 64, 3}");
  EXPECT_EQ(errorOf([&] { Xception({.includeTop = false, .weights = none, .pooling = "mean"}); }),
            "xception: expected pooling \"avg\", \"max\" or std::nullopt, got \"mean\"");
  EXPECT_EQ(errorOf([&] { Xception({.weights = "nowhere.keras"}); }),
            "xception: expected weights \"imagenet\", std::nullopt or the path of a file, got \"nowhere.keras\"");
  EXPECT_EQ(errorOf([&] { MobileNetV2({.alpha = 0.6}); }),
            "mobilenetv2: ImageNet's weights are there for an alpha of 0.35, 0.5, 0.75, 1.0, 1.3, 1.4, got 0.6");
  EXPECT_EQ(errorOf([&] { MobileNet({.alpha = 0, .weights = none}); }),
            "mobilenet: expected an alpha above 0, got 0.0");
}

/// Keras's folder, one of our own.
struct KerasHome {
  std::string path = ::testing::TempDir() + "/keras_home";
  KerasHome() {
    std::filesystem::create_directories(path + "/models");
    setenv("KERAS_HOME", path.c_str(), 1);
  }
  ~KerasHome() {
    unsetenv("KERAS_HOME");
    std::filesystem::remove_all(path);
  }
};

TEST(Networks, LookForWeightsWhereKerasKeepsThem) {
  const KerasHome home;
  const std::string name = "mobilenet_2_5_128_tf_no_top.h5", path = home.path + "/models/" + name;
  const applications::MobileNetOptions options{.inputShape = {128, 128, 3}, .alpha = 0.25, .includeTop = false};
  EXPECT_EQ(errorOf([&] { applications::MobileNet(options); }), "mobilenet_0.25_128: " + name +
                                                                    " is missing, expected it at " + path +
                                                                    ", where Keras keeps its downloads");
  EXPECT_THAT(errorOf([&] { applications::MobileNetV2({.alpha = 0.35, .includeTop = false}); }),
              HasSubstr("mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_224_no_top.h5 is missing"));
  std::filesystem::copy_file(TENON_SOURCE_DIR "/tests/golden/files/nested.weights.h5", path);
  EXPECT_THAT(errorOf([&] { applications::MobileNet(options); }),
              HasSubstr("the weights are not this model's: conv1 (Conv2D)"));
}

TEST(Networks, TakeWeightsOfOlderFiles) {
  applications::MobileNetOptions options{
      .inputShape = {32, 32, 3}, .alpha = 0.25, .includeTop = false, .weights = std::nullopt};
  const std::string path = ::testing::TempDir() + "/mobilenet_weights.h5";
  const Model model = applications::MobileNet(options);
  model.saveWeights(path);
  options.weights = path;
  const std::vector<Array> weights = model.getWeights(), read = applications::MobileNet(options).getWeights();
  ASSERT_EQ(weights.size(), read.size());
  for (size_t i = 0; i < weights.size(); ++i)
    EXPECT_EQ(std::memcmp(weights[i].raw(), read[i].raw(), weights[i].bytes()), 0) << i;
  std::filesystem::remove(path);
}

TEST(ImageNet, InputsArePreprocessedAsInKeras) {
  const Json golden = readGolden();
  const Array images = toArray(golden.at("images"));
  for (const char *mode : {"tf", "caffe", "torch"})
    EXPECT_TRUE(near(applications::preprocessInput(images, mode), golden.at("preprocessed").at(mode), 1e-6)) << mode;
  EXPECT_TRUE(near(images, golden.at("images"), 0)) << "the images themselves stay";
  EXPECT_EQ(errorOf([&] { applications::preprocessInput(images, "jax"); }),
            "preprocessInput: expected mode \"caffe\", \"tf\" or \"torch\", got \"jax\"");
}

TEST(ImageNet, PredictionsAreDecoded) {
  const KerasHome home;
  Array scores({2, 1000}, DType::F32);
  scores.data<float>()[7] = 0.25f;
  scores.data<float>()[999] = 0.75f;
  scores.data<float>()[1000 + 3] = 1;
  const std::string path = home.path + "/models/imagenet_class_index.json";
  EXPECT_EQ(errorOf([&] { applications::decodePredictions(scores); }),
            "decodePredictions: imagenet_class_index.json is missing, expected it at " + path +
                ", where Keras keeps its downloads");
  Json names;
  for (int i = 0; i < 1000; ++i)
    names[std::to_string(i)] = {"n" + std::to_string(i), "thing " + std::to_string(i)};
  std::ofstream(path) << names.dump();
  const auto best = applications::decodePredictions(scores, 2);
  ASSERT_EQ(best.size(), 2u);
  ASSERT_EQ(best[0].size(), 2u);
  EXPECT_EQ(best[0][0].className, "n999");
  EXPECT_EQ(best[0][0].description, "thing 999");
  EXPECT_EQ(best[0][0].score, 0.75f);
  EXPECT_EQ(best[0][1].description, "thing 7");
  EXPECT_EQ(best[1][0].description, "thing 3");
  std::ofstream(path) << "{}";
  EXPECT_EQ(errorOf([&] { applications::decodePredictions(scores); }),
            path + ": expected an object that gives class 0 two names");
  EXPECT_EQ(errorOf([&] {
              applications::decodePredictions(Array({2, 10}, DType::F32));
            }),
            "decodePredictions: expected predictions of shape (samples, 1000), got (2, 10)");
}

} // namespace
} // namespace tenon::golden

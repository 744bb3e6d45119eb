// SPDX-License-Identifier: Apache-2.0
// TensorBoard's files: against what real Keras's callback wrote for the same trainings (keras_board.py), and what ours
// adds.
#include "tests/golden/Golden.h"
#include "tests/runtime/Events.h"
#include "tests/runtime/Helpers.h"
#include <cmath>
#include <gmock/gmock.h>
#include <map>
#include <set>

namespace tenon::golden {
namespace {

using test::errorOf;
using test::EventValue;
using Key = std::tuple<std::string, std::string, int64_t>; // run, tag, step

/// Everything in a folder's files but graphs; fails when a step of a tag stands twice.
std::map<Key, EventValue> valuesIn(const std::string &folder) {
  std::map<Key, EventValue> values;
  for (auto &[run, events] : test::readRuns(folder))
    for (const test::Event &event : events)
      for (const EventValue &value : event.values)
        if (value.plugin != "graph_keras_model" &&
            !values.emplace(Key{run, value.tag, event.step}, value).second)
          ADD_FAILURE() << run << " " << value.tag << " " << event.step << " stands twice";
  return values;
}

TensorBoardOptions optionsOf(const Json &arguments, const std::string &folder) {
  TensorBoardOptions options{.logDir = folder,
                             .histogramFreq = arguments.value("histogram_freq", 0),
                             .writeImages = arguments.value("write_images", false),
                             .writeStepsPerSecond = arguments.value("write_steps_per_second", false)};
  if (arguments.contains("update_freq"))
    options.updateFreq = arguments["update_freq"].is_string() ? UpdateFrequency(arguments["update_freq"].get<std::string>())
                                                              : UpdateFrequency(arguments["update_freq"].get<int>());
  return options;
}

/// The edges are Keras's, and so is the number of counts; one of them may have moved to the bucket beside.
void expectHistogram(const std::vector<double> &numbers, const Json &buckets, const std::string &tag) {
  ASSERT_EQ(numbers.size(), 3 * buckets.size()) << tag;
  double total = 0, expected = 0;
  for (size_t i = 0; i < buckets.size(); ++i) {
    EXPECT_NEAR(numbers[3 * i], buckets[i][0].get<double>(), 2e-5) << tag;
    EXPECT_NEAR(numbers[3 * i + 1], buckets[i][1].get<double>(), 2e-5) << tag;
    total += numbers[3 * i + 2], expected += buckets[i][2].get<double>();
    EXPECT_NEAR(total, expected, 1) << tag << ", bucket " << i;
  }
  EXPECT_EQ(total, expected) << tag;
}

class Board : public ::testing::TestWithParam<Case> {};

TEST_P(Board, WritesWhatKerasWrites) {
  const Json &data = GetParam().data;
  test::TemporaryFolder folder;
  Model model = readModel(data);
  model.compile({.optimizer = data.at("optimizer").get<std::string>(),
                 .loss = "sparse_categorical_crossentropy",
                 .metrics = {"accuracy"}});
  model.fit(data::fromArrays(toArray(data.at("x")), toArray(data.at("y"))),
            {.batchSize = data.at("batch_size"),
             .epochs = data.at("epochs"),
             .verbose = 0,
             .callbacks = {TensorBoard(optionsOf(data.at("arguments"), folder.path.string()))},
             .validationSplit = data.at("validation") ? 0.3 : 0.0,
             .shuffle = false});
  std::map<Key, EventValue> values = valuesIn(folder.path.string());
  for (const Json &record : data.at("records")) {
    const Key key{record.at("run"), record.at("tag"), record.at("step")};
    const std::string tag = std::get<1>(key);
    ASSERT_TRUE(values.count(key)) << std::get<0>(key) << " " << tag << " " << std::get<2>(key);
    const EventValue &value = values.at(key);
    if (record.contains("value"))
      EXPECT_NEAR(value.numbers.at(0), record["value"].get<double>(), 2e-5) << tag;
    else if (record.contains("time"))
      EXPECT_GT(value.numbers.at(0), 0) << tag;
    else if (record.contains("histogram"))
      expectHistogram(value.numbers, record["histogram"], tag);
    else {
      EXPECT_EQ(value.strings.size(), 2 + record["pngs"].size()) << tag;
      for (size_t i = 0; i < 2; ++i)
        EXPECT_EQ(value.strings[i], std::to_string(record["image"][i].get<int>())) << tag;
    }
    values.erase(key);
  }
  // Keras leaves epochs out whose last batch is not one that updateFreq wants; we do not.
  const bool leavesOut = data.at("arguments").contains("update_freq") && data["arguments"]["update_freq"].is_number();
  for (auto &[key, value] : values)
    EXPECT_TRUE(leavesOut && (std::get<1>(key).starts_with("epoch_"))) << std::get<1>(key) << " is none of Keras's";
}
INSTANTIATE_TEST_SUITE_P(Keras, Board, ::testing::ValuesIn(readCases("tensorboard")), caseName);

/// Words in two boxes of a model, one of them with dropout.
struct BoardOfOurs : ::testing::Test {
  test::TemporaryFolder folder;
  const std::string logs = folder.file("logs");
  Tensor input = Input({3}, {.dtype = "int32", .name = "words"});
  Model model{{input}, {layersOn(input)}, {.name = "model"}};
  Dataset data = data::fromArrays(words(), labels());

  static Tensor layersOn(const Tensor &input) {
    Tensor x = Embedding({.inputDim = 5, .outputDim = 2, .name = "meaning"})(input);
    x = Flatten({.name = "flat"})(x);
    x = Dropout({.rate = 0.5, .name = "drop"})(x);
    Sequential part({Dense({.units = 4, .activation = "tanh", .name = "inner"})}, {.name = "part"});
    return Dense({.units = 1, .name = "out"})(part(x));
  }
  static Array words() {
    Array words({20, 3}, DType::I32);
    for (int i = 0; i < 60; ++i)
      words.data<int32_t>()[i] = i * 7 % 5;
    return words;
  }
  static Array labels() {
    Array labels({20, 1}, DType::F32);
    for (int i = 0; i < 20; ++i)
      labels.data<float>()[i] = float(i % 3);
    return labels;
  }
  History fit(TensorBoardOptions options, double split = 0.5, int epochs = 2) {
    options.logDir = logs;
    model.compile({.optimizer = "sgd", .loss = "mse"});
    return model.fit(data, {.batchSize = 4,
                            .epochs = epochs,
                            .verbose = 0,
                            .callbacks = {TensorBoard(std::move(options))},
                            .validationSplit = split,
                            .shuffle = false});
  }
};

double totalOf(const EventValue &histogram) {
  double total = 0;
  for (size_t i = 2; i < histogram.numbers.size(); i += 3)
    total += histogram.numbers[i];
  return total;
}
double leastOf(const EventValue &histogram) { return histogram.numbers.front(); }
double greatestOf(const EventValue &histogram) { return histogram.numbers[histogram.numbers.size() - 2]; }

TEST_F(BoardOfOurs, ActivationsAreThoseOfValidationData) {
  fit({.histogramFreq = 1, .writeActivations = true});
  auto values = valuesIn(logs);
  EXPECT_EQ(totalOf(values.at({"train", "meaning_out", 1})), 10 * 3 * 2);
  EXPECT_EQ(totalOf(values.at({"train", "part_out", 0})), 10 * 4);
  const Array outputs = model.predict(data.rows(10, 20).x(), {.verbose = 0});
  const float *numbers = outputs.data<float>();
  const EventValue &out = values.at({"train", "out_out", 1});
  EXPECT_FLOAT_EQ(float(leastOf(out)), *std::min_element(numbers, numbers + 10));
  EXPECT_FLOAT_EQ(float(greatestOf(out)), *std::max_element(numbers, numbers + 10));
}

TEST_F(BoardOfOurs, EveryTrainedWeightHasAGradient) {
  fit({.histogramFreq = 1, .writeGradients = true}, 0.5, 1);
  std::set<std::string> tags;
  for (auto &[key, value] : valuesIn(logs))
    if (std::get<1>(key).ends_with("_gradients"))
      tags.insert(std::get<1>(key));
  EXPECT_EQ(tags, (std::set<std::string>{"meaning/embeddings_gradients", "part/inner/kernel_gradients",
                                         "part/inner/bias_gradients", "out/kernel_gradients", "out/bias_gradients"}));
}

TEST_F(BoardOfOurs, GradientsAreThoseOfTheLoss) {
  Tensor x = Input({2}, {.name = "x"});
  Dense frozen({.units = 3, .name = "frozen"}), last({.units = 1, .name = "last"});
  Model plain({x}, {last(frozen(x))});
  frozen.setTrainable(false);
  plain.compile({.optimizer = SGD({.learningRate = 0.25}), .loss = "mse"});
  Array samples({16, 2}, DType::F32), targets({16, 1}, DType::F32);
  for (int i = 0; i < 32; ++i)
    samples.data<float>()[i] = std::sin(float(i)), targets.data<float>()[i / 2] = std::cos(float(i));
  plain.fit(samples, targets, {.batchSize = 4,
                               .epochs = 2,
                               .verbose = 0,
                               .callbacks = {TensorBoard({.logDir = logs,
                                                          .histogramFreq = 1,
                                                          .writeGradients = true,
                                                          .histogramSamples = 6})},
                               .validationSplit = 0.5});
  auto values = valuesIn(logs);
  EXPECT_FALSE(values.count({"train", "frozen/bias_gradients", 1}));
  // That of the last bias is twice the mean error; of the validation samples the first six count.
  const Array predicted = plain.predict(data::fromArrays(samples, targets).rows(8, 14).x(), {.verbose = 0});
  double mean = 0;
  for (int i = 0; i < 6; ++i)
    mean += 2 * (predicted.at(i) - targets.at(8 + i)) / 6;
  const EventValue &bias = values.at({"train", "last/bias_gradients", 1});
  EXPECT_EQ(totalOf(bias), 1);
  EXPECT_NEAR(leastOf(bias), mean, 1e-6);
}

TEST_F(BoardOfOurs, TheTrainingIsNotTouched) {
  auto weights = [&](TensorBoardOptions options) {
    setRandomSeed(3);
    Tensor x = Input({3}, {.dtype = "int32", .name = "words"});
    Model fresh({x}, {layersOn(x)});
    fresh.compile({.optimizer = "adam", .loss = "mse"});
    options.logDir = logs;
    fresh.fit(data, {.batchSize = 4, .epochs = 2, .verbose = 0, .callbacks = {TensorBoard(options)}, .validationSplit = 0.5});
    std::string bytes;
    for (const Array &weight : fresh.getWeights())
      bytes.append(static_cast<const char *>(weight.raw()), weight.bytes());
    return bytes;
  };
  EXPECT_EQ(weights({}), weights({.histogramFreq = 1, .updateFreq = "batch", .embeddingsFreq = 1, .writeActivations = true, .writeGradients = true}));
}

TEST_F(BoardOfOurs, GraphsOfLayersAndKernels) {
  fit({}, 0.5, 1);
  auto runs = test::readRuns(logs);
  std::map<std::string, std::vector<std::string>> layers; // and their inputs
  std::string kernelNames;
  for (const test::Event &event : runs.at("train"))
    for (const test::Field &node : test::fieldsOf(event.graph)) {
      std::vector<std::string> &inputs = layers[test::bytesOf(node.bytes, 1)];
      for (const test::Field &field : test::fieldsOf(node.bytes))
        if (field.number == 3)
          inputs.push_back(field.bytes);
    }
  EXPECT_EQ(layers, (std::map<std::string, std::vector<std::string>>{{"words", {}},
                                                                     {"meaning", {"words"}},
                                                                     {"flat", {"meaning"}},
                                                                     {"drop", {"flat"}},
                                                                     {"part/inner", {"drop"}},
                                                                     {"out", {"part/inner"}}}));
  for (const test::Event &event : runs.at("train_optimised"))
    for (const test::Field &node : test::fieldsOf(event.graph))
      kernelNames += test::bytesOf(node.bytes, 1) + "\n";
  EXPECT_THAT(kernelNames, ::testing::HasSubstr("train_step/stage_000/"));
  EXPECT_THAT(kernelNames, ::testing::HasSubstr("evaluate_step/"));
  int models = 0;
  for (const test::Event &event : runs.at("train"))
    for (const EventValue &value : event.values)
      if (value.plugin == "graph_keras_model") {
        ++models;
        EXPECT_EQ(value.tag, "keras");
        EXPECT_EQ(value.strings.at(0), model.toJson());
      }
  EXPECT_EQ(models, 1);
}

TEST_F(BoardOfOurs, WithoutAGraphThereIsNone) {
  fit({.writeGraph = false}, 0.5, 1);
  for (auto &[run, events] : test::readRuns(logs))
    for (const test::Event &event : events)
      EXPECT_EQ(event.graph, "");
  EXPECT_EQ(test::readRuns(logs).count("train_optimised"), 0u);
}

TEST_F(BoardOfOurs, TheProjectorsFilesStayInTheFolder) {
  test::writeFile(folder.file("names.tsv"), "a\nb\nc\nd\ne\n");
  fit({.embeddingsFreq = 1, .embeddingsMetadata = {{"meaning", folder.file("names.tsv")}}});
  EXPECT_EQ(test::readFile(logs + "/projector_config.pbtxt"), "embeddings {\n"
                                                               "  tensor_name: \"meaning/embeddings\"\n"
                                                               "  metadata_path: \"embeddings/names.tsv\"\n"
                                                               "  tensor_shape: 5\n"
                                                               "  tensor_shape: 2\n"
                                                               "  tensor_path: \"embeddings/meaning_embeddings.tsv\"\n"
                                                               "}\n");
  EXPECT_EQ(test::readFile(logs + "/embeddings/names.tsv"), "a\nb\nc\nd\ne\n");
  std::istringstream rows(test::readFile(logs + "/embeddings/meaning_embeddings.tsv"));
  const Array weights = model.getWeights()[0];
  for (int64_t i = 0; i < weights.size(); ++i) {
    float number = NAN;
    rows >> number;
    EXPECT_EQ(number, weights.data<float>()[i]);
  }
}

TEST_F(BoardOfOurs, WhatCannotBeDoneIsSaidBeforeTraining) {
  EXPECT_EQ(errorOf([&] { TensorBoard board({.writeActivations = true}); }),
            "TensorBoard: writeActivations needs histogramFreq, which says after which epochs");
  EXPECT_EQ(errorOf([&] { fit({.histogramFreq = 1, .writeGradients = true}, 0); }),
            "TensorBoard: activations and gradients are those of validation data, which fit was not given");
  EXPECT_EQ(errorOf([&] { fit({.embeddingsFreq = 1, .embeddingsMetadata = {{"flat", "names.tsv"}}}); }),
            "TensorBoard: embeddingsMetadata names 'flat', which is no Embedding layer of model");
  EXPECT_THAT(errorOf([&] { fit({.embeddingsFreq = 1, .embeddingsMetadata = "/nowhere/names.tsv"}); }),
              ::testing::HasSubstr("/nowhere/names.tsv: there is no such file, and it lies outside"));
  EXPECT_FALSE(std::filesystem::exists(logs));
}

} // namespace
} // namespace tenon::golden

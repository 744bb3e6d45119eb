// SPDX-License-Identifier: Apache-2.0
// `tenon compile --explain` and --disable-pass: what became of every layer, and what is left undone on demand.
#include "tests/facade/Tool.h"
#include <nlohmann/json.hpp>

namespace tenon::testing {
namespace {
using Json = nlohmann::json;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

/// A layer for everything that can become of one.
Model everyFate() {
  Tensor image = Input({8, 8, 3}, {.name = "image"});
  Tensor y = Conv2D({.filters = 4, .kernelSize = 3, .padding = "same", .activation = "relu", .name = "inner"})(image);
  y = BatchNormalization({.name = "norm"})(
      Conv2D({.filters = 4, .kernelSize = 3, .padding = "same", .name = "outer"})(y));
  y = add({y, Conv2D({.filters = 4, .kernelSize = 1, .name = "projection"})(image)}, {.name = "sum"});
  y = Dropout({.rate = 0.5, .name = "drop"})(Flatten({.name = "flat"})(y));
  y = Dense({.units = 2, .name = "scores"})(BatchNormalization({.name = "scaled"})(y));
  return Model({image}, {y}, {.name = "explained"});
}

Json explained(const std::string &arguments) {
  Result result = tenonTool("compile " + arguments + " --explain=json");
  EXPECT_EQ(result.code, 0) << result.output;
  return Json::parse(result.output)["entries"];
}
const Json &named(const Json &list, const std::string &name) {
  for (const Json &one : list)
    if (one["name"] == name)
      return one;
  ADD_FAILURE() << "nothing is called " << name << " in " << list.dump(1);
  return list;
}

TEST(TenonExplain, SaysWhatBecameOfEveryLayer) {
  everyFate().save(inTemp("explained.tenon"));
  const Json entries = explained("explained.tenon"), predict = named(entries, "predict");
  std::vector<std::string> fates;
  for (const Json &layer : predict["layers"])
    fates.push_back(layer["name"].get<std::string>() + ": " + layer["fate"].get<std::string>());
  EXPECT_THAT(fates, ::testing::UnorderedElementsAre("image: input", "inner: kernel", "outer: kernel", "norm: joined",
                                                     "projection: joined", "sum: joined", "flat: view", "drop: idle",
                                                     "scaled: folded", "scores: kernel"));
  EXPECT_EQ(predict["kernels"].size(), 3u);
  const Json &outer = named(predict["layers"], "outer"), &projection = named(predict["layers"], "projection");
  EXPECT_EQ(outer["kernels"], projection["guest_of"]);
  EXPECT_EQ(outer["remarks"][0]["pass"], "fold-residual-projection");
  EXPECT_EQ(outer["remarks"][0]["applied"], true);
  EXPECT_EQ(named(predict["layers"], "norm")["remarks"][0]["text"], "folded into outer before it");
  EXPECT_EQ(named(predict["layers"], "scaled")["remarks"][0]["text"], "folded into scores after it");
  double sum = 0;
  for (const Json &kernel : predict["kernels"]) {
    EXPECT_GT(kernel["predicted_us"], 0.0);
    sum += kernel["predicted_us"].get<double>();
  }
  EXPECT_NEAR(sum, predict["predicted_us"].get<double>(), 1e-6 * sum);
  EXPECT_EQ(named(predict["passes"], "fold-batch-norm")["applied"], 2);
}

TEST(TenonExplain, AsATable) {
  everyFate().save(inTemp("table.tenon"));
  std::string text = tenonTool("compile --explain table.tenon").output;
  EXPECT_THAT(text, ::testing::StartsWith("predict: 3 kernels in 3 stages, "));
  EXPECT_THAT(text, ContainsRegex("\n  layer +kernel +schedule +stage +predicted +share +tasks\n"));
  EXPECT_THAT(text, ContainsRegex("\n  image +input\n"));
  EXPECT_THAT(text,
              ContainsRegex("\n  inner +contract_[0-9a-f]+ +direct [0-9]+x[0-9]+ +0 +[0-9.]+ us +[0-9.]+ % +[(]batch"));
  EXPECT_THAT(
      text,
      ContainsRegex("\n  outer +contract_.*\n +\\+ fold-residual-projection: the projection projection goes on in its "
                    "accumulators"));
  EXPECT_THAT(text,
              ContainsRegex("\n  norm +in the kernel of outer\n +\\+ fold-batch-norm: folded into outer before it\n"));
  EXPECT_THAT(text, ContainsRegex("\n  projection +in the kernel of outer\n"));
  EXPECT_THAT(text, ContainsRegex("\n  flat +free: a view of its input\n"));
  EXPECT_THAT(text, ContainsRegex("\n  drop +does nothing here\n"));
  EXPECT_THAT(text, ContainsRegex("\n  scaled +folded away\n"));
  EXPECT_THAT(text, ContainsRegex("\n  contract +3 kernels +[0-9.]+ us +100.0 %\n"));
  EXPECT_THAT(text, ContainsRegex("\n  fold-batch-norm +2 times done, 0 not done\n"));
  EXPECT_THAT(text, ContainsRegex("\n  merge-sibling-convolutions +found nothing to do\n"));
}

TEST(TenonExplain, SaysWhatWasNotDoneAndWhy) {
  Tensor image = Input({8, 8, 4}, {.name = "image"});
  Tensor y = Conv2D({.filters = 4, .kernelSize = 3, .padding = "same", .activation = "relu", .name = "conv"})(image);
  y = BatchNormalization({.name = "norm"})(y);
  Model(image, Conv2D({.filters = 4, .kernelSize = 3, .padding = "same", .name = "next"})(y), {.name = "kept"})
      .save(inTemp("kept.tenon"));
  EXPECT_THAT(
      tenonTool("compile kept.tenon --explain").output,
      ::testing::AllOf(
          ContainsRegex("\n  norm +in the kernel of conv\n +- fold-batch-norm: a multiplication and an addition: the "
                        "layer after it pads with zeros"),
          ContainsRegex("\n  fold-batch-norm +0 times done, 1 not done\n")));
}

// Two layers of one input, narrow enough that one convolution is cheaper: both prices are told, and all six layers are
// in the one kernel.
TEST(TenonExplain, MergedLayersShareAKernel) {
  Tensor image = Input({16, 16, 32}, {.name = "image"});
  std::vector<Tensor> ends;
  for (const char *side : {"left", "right"}) {
    Tensor y = Conv2D({.filters = 8, .kernelSize = 1, .useBias = false, .name = std::string(side) + "_conv"})(image);
    y = ReLU({.name = std::string(side) + "_relu"})(BatchNormalization({.name = std::string(side) + "_norm"})(y));
    ends.push_back(Conv2D({.filters = 4, .kernelSize = 3, .name = std::string(side) + "_end"})(y));
  }
  Model({image}, {concatenate(ends, {.name = "both"})}, {.name = "siblings"}).save(inTemp("siblings.tenon"));
  const Json entries = explained("siblings.tenon"), predict = named(entries, "predict");
  EXPECT_EQ(predict["kernels"].size(), 3u);
  EXPECT_THAT(
      predict["kernels"][0]["layers"].get<std::vector<std::string>>(),
      ::testing::UnorderedElementsAre("left_conv", "left_norm", "left_relu", "right_conv", "right_norm", "right_relu"));
  EXPECT_EQ(named(predict["layers"], "left_norm")["guest_of"], Json({0}));
  EXPECT_EQ(named(predict["layers"], "both")["fate"], "in place");
  EXPECT_EQ(named(predict["passes"], "merge-sibling-convolutions")["applied"], 1);
  EXPECT_THAT(
      tenonTool("compile siblings.tenon --explain").output,
      ContainsRegex(
          "[+] merge-sibling-convolutions: merged with (left|right)_conv: [0-9.]+ us together, [0-9.]+ us apart"));
  const Json apart = explained("siblings.tenon --disable-pass=merge-sibling-convolutions");
  EXPECT_EQ(named(apart, "predict")["kernels"].size(), 4u);
}

TEST(TenonExplain, PassesAreLeftOutByName) {
  everyFate().save(inTemp("passes.tenon"));
  const Json all = named(explained("passes.tenon"), "predict");
  for (const Json &pass : all["passes"])
    EXPECT_EQ(pass["enabled"], true);
  const Json two = named(explained("passes.tenon --disable-pass=fold-batch-norm,fold-residual-projection"), "predict");
  EXPECT_EQ(two["kernels"].size(), 5u); // the projection, and the normalisation between two views
  EXPECT_EQ(named(two["passes"], "fold-batch-norm")["enabled"], false);
  EXPECT_EQ(named(two["passes"], "fold-batch-norm")["applied"], 0);
  EXPECT_EQ(named(two["passes"], "schedule-branches")["enabled"], true);
  EXPECT_EQ(named(two["layers"], "projection")["fate"], "kernel");
  // --exact leaves out those that round otherwise, and what is computed is what the layers say either way.
  const Json exact = named(explained("passes.tenon --exact"), "predict");
  EXPECT_EQ(exact["kernels"], two["kernels"]);
  EXPECT_EQ(named(exact["passes"], "merge-sibling-convolutions")["enabled"], false);
  EXPECT_THAT(tenonTool("compile passes.tenon --explain --exact").output,
              ContainsRegex("\n  fold-batch-norm +left out\n"));
}

TEST(TenonExplain, UserMistakesNameWhatThereIs) {
  everyFate().save(inTemp("mistakes.tenon"));
  expectRefused("compile mistakes.tenon --explain=xml", 2, "--explain: xml not in {text,json}");
  expectRefused("compile mistakes.tenon --disable-pass=fold-batchnorm", 2,
                "--disable-pass: fold-batchnorm not in "
                "{fold-batch-norm,fold-residual-projection,merge-sibling-convolutions,fold-embedding,"
                "sink-into-scan,schedule-branches}");
}

TEST(TenonExplain, TrainingEntriesAndLoops) {
  Tensor words = Input({5}, {.name = "words"});
  Tensor y = LSTM({.units = 4, .name = "lstm"})(Embedding({.inputDim = 9, .outputDim = 3, .name = "embedding"})(words));
  Model model(words, Dense({.units = 1, .name = "score"})(y), {.name = "loops"});
  model.compile({.optimizer = SGD(), .loss = "mse"});
  model.save(inTemp("loops.tenon"));
  const Json entries = explained("loops.tenon --train");
  const Json predict = named(entries, "predict"), step = named(entries, "train_step");
  ASSERT_EQ(predict["loops"].size(), 1u);
  EXPECT_EQ(predict["loops"][0]["steps"], "5");
  EXPECT_EQ(named(predict["layers"], "lstm")["loops"], Json({0}));
  EXPECT_EQ(step["loops"].size(), 2u); // there and back
  EXPECT_EQ(named(step["passes"], "sink-into-scan")["applied"], 1);
  EXPECT_THAT(
      tenonTool("compile loops.tenon --train --explain").output,
      ::testing::AllOf(ContainsRegex("\n  lstm +loop over 5 steps +[0-9]+"), HasSubstr("one step of each loop")));
}

TEST(TenonExplain, FoldedEmbeddings) {
  Tensor words = Input({100}, {.name = "words"});
  Tensor y = Conv1D({.filters = 32, .kernelSize = {7}, .activation = "relu", .name = "conv"})(
      Embedding({.inputDim = 2000, .outputDim = 128, .name = "embedding"})(words));
  Model model(words, Dense({.units = 1, .name = "score"})(GlobalMaxPooling1D()(y)), {.name = "text"});
  model.compile({.optimizer = SGD(), .loss = "mse"});
  model.save(inTemp("text.tenon"));
  const Json entries = explained("text.tenon --train");
  for (auto [entry, batch] : {std::pair("predict", "1"), {"train_step", "32"}, {"evaluate_step", "32"}}) {
    const Json folded = named(entries, entry);
    EXPECT_EQ(named(folded["passes"], "fold-embedding")["applied"], 1) << entry;
    EXPECT_THAT(named(folded["layers"], "embedding")["remarks"][0]["text"].get<std::string>(),
                ContainsRegex("folded into conv: [0-9.]+ us looked up, [0-9.]+ us computed .batch " + std::string(batch) + ", one core"))
        << entry;
  }
  const Json small = named(explained("text.tenon --train --batch 4"), "train_step"); // its table would cost more than it saves
  EXPECT_EQ(named(small["passes"], "fold-embedding")["applied"], 0);
  EXPECT_THAT(named(small["layers"], "embedding")["remarks"][0]["text"].get<std::string>(), HasSubstr("computed (batch 4, one core)"));
  const Json apart = explained("text.tenon --train --disable-pass=fold-embedding");
  EXPECT_EQ(named(named(apart, "predict")["passes"], "fold-embedding")["enabled"], false);
}

} // namespace
} // namespace tenon::testing

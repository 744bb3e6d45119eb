// SPDX-License-Identifier: Apache-2.0
// tenon train, evaluate and predict: from a model's file and arrays to a trained model, whatever happens on the way.
#include "tests/facade/Tool.h"
#include "tests/runtime/Killed.h"
#include <fstream>
#include <nlohmann/json.hpp>

namespace tenon::testing {
namespace {

using ::testing::HasSubstr;

std::string contentOf(const std::string &name) {
  std::ifstream in(inTemp(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Dropout and a batch normalisation: random numbers and statistics that a resumed training must have right.
Model restlessModel() {
  clearSession();
  setRandomSeed(3);
  Tensor x = Input({2}, {.name = "point"});
  Tensor y = BatchNormalization()(Dense({.units = 16, .activation = "tanh"})(x));
  y = Dense({.units = 3, .activation = "softmax", .name = "sector"})(Dropout({.rate = 0.3})(y));
  Model model({x}, {y}, {.name = "restless"});
  model.compile(standard());
  return model;
}

void writeSamples(const std::string &name, int64_t count, uint32_t seed, const char *x = "x", const char *y = "y") {
  Dataset data = sectors(count, seed);
  npy::saveNpz(inTemp(name), {{x, data.x(0)}, {y, data.y(0)}});
}

struct TenonTrain : ::testing::Test {
  static void SetUpTestSuite() {
    restlessModel().save(inTemp("restless.tenon"));
    writeSamples("train.npz", 256, 1);
    writeSamples("test.npz", 64, 2);
  }
};

TEST_F(TenonTrain, TrainsAsFitDoes) {
  Result result = tenonTool("train restless.tenon --data train.npz --validation test.npz --epochs 3 --batch-size 16 --seed 5 "
                            "--history h.json --verbose 2 -o trained.tenon");
  ASSERT_EQ(result.code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("Epoch 3/3\n16/16 - "));
  Model model = loadModel(inTemp("restless.tenon"));
  Dataset train = sectors(256, 1), test = sectors(64, 2);
  setRandomSeed(5); // also that of dropout
  History history = model.fit(train, {.batchSize = 16, .epochs = 3, .verbose = 0, .validationData = test, .seed = 5});
  auto json = nlohmann::json::parse(contentOf("h.json"));
  EXPECT_EQ(json["epoch"], (std::vector<int>{0, 1, 2}));
  for (const char *key : {"loss", "accuracy", "val_loss", "val_accuracy"})
    EXPECT_EQ(json["history"][key].get<std::vector<double>>(), history.history.at(key)) << key;
  EXPECT_TRUE(sameBits(loadModel(inTemp("trained.tenon")).getWeights(), model.getWeights()));
  Result scores = tenonTool("evaluate trained.tenon --data test.npz --json -");
  auto last = nlohmann::json::parse(scores.output);
  EXPECT_NEAR(last["loss"].get<double>(), json["history"]["val_loss"][2].get<double>(), 1e-6);
  EXPECT_EQ(last["accuracy"], json["history"]["val_accuracy"][2]);
}

TEST_F(TenonTrain, PredictsInBothForms) {
  npy::save(inTemp("p.npy"), sectors(10, 9).x(0));
  ASSERT_EQ(tenonTool("predict restless.tenon --data p.npy -o q.npy").code, 0);
  ASSERT_EQ(tenonTool("predict restless.tenon --data test.npz -o q.npz --batch-size 7").code, 0);
  Model model = loadModel(inTemp("restless.tenon"));
  EXPECT_TRUE(sameBits(npy::load(inTemp("q.npy")), model.predict(sectors(10, 9).x(0), {.verbose = 0})[0]));
  EXPECT_TRUE(sameBits(npy::loadNpz(inTemp("q.npz")).at("sector"), model.predict(sectors(64, 2).x(0), {.verbose = 0})[0]));
}

TEST_F(TenonTrain, SettingsOfTheCommandLineReplaceTheModels) {
  Result result = tenonTool("train restless.tenon --data train.npz --epochs 1 --optimizer sgd,learning_rate=0.25,momentum=0.5 "
                            "--loss CategoricalCrossentropy,label_smoothing=0.1 --metrics mse,mae --history h2.json "
                            "--callback ReduceLROnPlateau,monitor=loss --callback CSVLogger,filename=h2.csv -o s.tenon");
  ASSERT_EQ(result.code, 0) << result.output;
  EXPECT_THAT(contentOf("h2.csv"), ::testing::StartsWith("epoch,learning_rate,loss,mae,mse,val_learning_rate,"));
  Model model = loadModel(inTemp("s.tenon"));
  EXPECT_EQ(model.learningRate(), 0.25);
}

TEST_F(TenonTrain, GoesOnAfterEveryKillAndThreadCount) {
  const std::string common = "train restless.tenon --data train.npz --validation-split 0.25 --epochs 30 --batch-size 8 --seed 7 "
                             "--verbose 0 --callback EarlyStopping,patience=25,restore_best_weights=true "
                             "--callback ReduceLROnPlateau,patience=2,monitor=loss ";
  Result whole = tenonTool(common + "--callback CSVLogger,filename=whole.csv --history whole.json -o whole.npz");
  ASSERT_EQ(whole.code, 0) << whole.output;
  int killed = 0, code = 1;
  for (int run = 0; run < 9 && code != 0; ++run) {
    // The shell's place is taken by the program, which the signal then reaches: a while after it has kept a state of its
    // own, the last time not at all.
    std::string command = "cd " + folder.path + " && exec " TENON_BIN_DIR "/tenon " + common +
                          "--resume kept --save-every 5 --threads " + std::to_string(1 + run % 2) +
                          " --callback CSVLogger,filename=parts.csv --history parts.json -o parts.npz";
    code = test::runKilled({"/bin/sh", "-c", command}, run < 8 ? SIGKILL : 0, useconds_t(run * 7301 % 30000),
                           inTemp("kept/state.tenon"));
    ASSERT_TRUE(code == 0 || code == 128 + SIGKILL) << code;
    killed += code != 0;
  }
  EXPECT_EQ(code, 0);
  EXPECT_GE(killed, 3) << "each after a state of its own, so that all runs but the first have gone on";
  // What a writer that was killed left behind is not in the way of the next; the other tests look for such.
  for (const auto &entry : std::filesystem::directory_iterator(folder.path))
    if (isTemporary(entry.path()))
      std::filesystem::remove(entry.path());
  EXPECT_EQ(contentOf("parts.npz"), contentOf("whole.npz"));
  EXPECT_EQ(contentOf("parts.csv"), contentOf("whole.csv"));
  EXPECT_EQ(contentOf("parts.json"), contentOf("whole.json"));
  // It is over: again there is nothing to do; with more epochs it goes on.
  ASSERT_EQ(tenonTool(common + "--resume kept -o again.npz --callback CSVLogger,filename=parts.csv").code, 0);
  EXPECT_EQ(contentOf("again.npz"), contentOf("whole.npz"));
}

TEST_F(TenonTrain, SigtermKeepsTheTrainingAndSaysSo) {
  const std::string endless = "train restless.tenon --data train.npz --epochs 1000000 --verbose 0 --seed 1 -o never.tenon "
                              "--callback CSVLogger,filename=begun.csv";
  std::string command = "cd " + folder.path + " && exec " TENON_BIN_DIR "/tenon " + endless + " 2>said";
  EXPECT_EQ(test::runKilled({"/bin/sh", "-c", command}, SIGTERM, 20000, inTemp("begun.csv")),
            128 + SIGTERM);
  EXPECT_EQ(contentOf("said"),
            "tenon: stopped before 'never.tenon' was written; the same command with --resume never.tenon.stopped goes on\n");
  EXPECT_FALSE(exists("never.tenon"));
  ASSERT_TRUE(exists("never.tenon.stopped/state.tenon"));
  EXPECT_EQ(test::runKilled({"/bin/sh", "-c", command + " --resume never.tenon.stopped"}, SIGINT, 20000, inTemp("begun.csv")),
            128 + SIGINT);
  EXPECT_THAT(contentOf("said"), HasSubstr("BackupAndRestore: Ctrl-C: the training is kept in never.tenon.stopped as it is after epoch "));
}

/// Are the weights of this prefix, and those alone, the same in both models?
void expectOnlyThoseStay(const Model &before, const Model &after, const std::string &prefix) {
  const std::vector<Array> old = before.getWeights(), now = after.getWeights();
  const std::vector<std::string> names = after.weightNames();
  ASSERT_EQ(old.size(), now.size());
  for (size_t i = 0; i < now.size(); ++i)
    EXPECT_EQ(sameBits(old[i], now[i]), names[i].starts_with(prefix)) << names[i];
}

TEST_F(TenonTrain, FrozenLayersStayAsTheyAre) {
  const std::string train = " --data train.npz --epochs 2 --batch-size 16";
  ASSERT_EQ(tenonTool("train --freeze=dense restless.tenon -o frozen.tenon" + train).code, 0);
  const Model before = loadModel(inTemp("restless.tenon")), after = loadModel(inTemp("frozen.tenon"));
  expectOnlyThoseStay(before, after, "dense/");
  EXPECT_FALSE(after.getLayer("dense").trainable()); // as in Keras, the model says so from now on
  ASSERT_EQ(tenonTool("train frozen.tenon -o further.tenon" + train).code, 0);
  expectOnlyThoseStay(after, loadModel(inTemp("further.tenon")), "dense/");
  expectRefused("train restless.tenon --freeze=dense,dens -o x.tenon" + train, 2,
                "--freeze: restless has no layer 'dens', it has point, dense, batch_normalization, dropout, sector\n");
}

TEST_F(TenonTrain, LayersOfInnerModelsAreFrozenByTheirPath) {
  clearSession();
  Tensor a = Input({2}), x = Input({2});
  Model inner({a}, {Dense({.units = 4, .name = "second"})(Dense({.units = 4, .name = "first"})(a))}, {.name = "inner"});
  Model model({x}, {Dense({.units = 3, .activation = "softmax", .name = "sector"})(inner(x))}, {.name = "outer"});
  model.compile(standard());
  model.save(inTemp("outer.tenon"));
  const std::string train = "train outer.tenon --data train.npz -o inner.tenon --freeze=";
  ASSERT_EQ(tenonTool(train + "inner/first").code, 0);
  expectOnlyThoseStay(loadModel(inTemp("outer.tenon")), loadModel(inTemp("inner.tenon")), "inner/first/");
  ASSERT_EQ(tenonTool(train + "inner").code, 0);
  expectOnlyThoseStay(loadModel(inTemp("outer.tenon")), loadModel(inTemp("inner.tenon")), "inner/");
  expectRefused(train + "first", 2, "outer has no layer 'first', it has ");
}

TEST_F(TenonTrain, RefusesWhatMeansNothing) {
  expectRefused("train restless.tenon --data train.npz", 2, "-o is required");
  expectRefused("train restless.tenon --data nothing.npz -o x.tenon", 1, "nothing.npz: cannot be opened");
  expectRefused("train restless.tenon --data train.npy -o x.tenon", 2, "--data: expected a .npz file");
  expectRefused("train restless.tenon --data train.npz -o x.onnx", 2, "-o: expected a name that ends in .tenon");
  expectRefused("train restless.tenon --data train.npz -o nowhere/x.tenon", 1, "nowhere/x.tenon: cannot be created");
  expectRefused("train restless.tenon --data train.npz -o x.tenon --save-every 5", 2, "--save-every requires --resume");
  writeSamples("other.npz", 8, 1, "points", "y");
  expectRefused("train restless.tenon --data other.npz -o x.tenon", 1,
                "other.npz: holds no array 'point' or 'x'; it holds points (8, 2), y (8, 3)");
  expectRefused("train restless.tenon --data train.npz -o x.tenon --callback Late", 2,
                "--callback: there is no 'Late', there are BackupAndRestore, CSVLogger");
  expectRefused("train restless.tenon --data train.npz -o x.tenon --callback EarlyStopping,patients=3", 2,
                "--callback EarlyStopping: does not know 'patients', it has ");
  expectRefused("train restless.tenon --data train.npz -o x.tenon --callback EarlyStopping,patience=many", 2,
                "--callback EarlyStopping: patience: expected a number, got 'many'");
  expectRefused("train restless.tenon --data train.npz -o x.tenon --loss class=mse", 2,
                "--loss class=mse: the model has no output 'class', it has sector");
  expectRefused("train restless.tenon --data train.npz -o x.tenon --optimizer adam,speed=3", 1, "speed");
  expectRefused("train restless.tenon --data train.npz -o x.tenon --resume kept2 --save-every sometimes", 2,
                "saveFreq: expected \"epoch\"");
}

} // namespace
} // namespace tenon::testing

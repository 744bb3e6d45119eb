// SPDX-License-Identifier: Apache-2.0
// The command line of `tenon`: what it writes, what it says and its exit codes.
#include "tests/facade/Tool.h"
#include <algorithm>
#include <fstream>
#include <tenon/container.h>

namespace tenon::testing {
namespace {

void writeModule(const std::string &name, const std::string &text) { std::ofstream(inTemp(name)) << text; }
std::string contentOf(const std::string &name) {
  std::ifstream in(inTemp(name));
  return {std::istreambuf_iterator<char>(in), {}};
}

/// x + w + s.
const std::string sumOf = R"(
func.func @predict(%x: tensor<?x2xf32> {tenon.name = "x"}) -> (tensor<?x2xf32> {tenon.name = "y"}) {
  %w = tenon.read @w : tensor<2xf32>
  %s = tenon.read @s : tensor<2xf32>
  %0 = tenon.add %x, %w : tensor<?x2xf32>, tensor<2xf32>
  %1 = tenon.add %0, %s : tensor<?x2xf32>, tensor<2xf32>
  return %1 : tensor<?x2xf32>
}
)";
const std::string w = "tenon.variable @w : tensor<2xf32> \"weight\"", s = "tenon.variable @s : tensor<2xf32> \"slot\"",
                  values = " = dense<[1.0, 2.0]> : tensor<2xf32>";

TEST(TenonCompile, TheLibraryPredictsTheSameBits) {
  Model model = sectorModel("same");
  model.save(inTemp("same.tenon"));
  Result result = tenonTool("compile same.tenon -o same --emit=library,object,header,ir --tag=same --stats");
  ASSERT_EQ(result.code, 0) << result.output;
  EXPECT_THAT(result.output, ::testing::HasSubstr("bytes of weights"));
  for (const char *name : {"same.so", "same.o", "same.h", "same.mlir"})
    EXPECT_TRUE(exists(name)) << name;
  Program program = Program::load(inTemp("same.so"));
  EXPECT_EQ(program.findEntry("prepare"), nullptr); // its work is done
  Array x = noise({9, 2});
  Session session(program);
  EXPECT_TRUE(sameBits(session.call("predict", {x}), model.predictOnBatch(x).arrays()));
}

TEST(TenonCompile, TheExecutablePredictsTheSameBits) {
  Model model = sectorModel("alone");
  model.save(inTemp("alone.tenon"));
  ASSERT_EQ(tenonTool("compile alone.tenon --emit=exe").code, 0);
  Array x = noise({9, 2});
  npy::save(inTemp("x.npy"), x);
  npy::save(inTemp("y.npy"), model.predictOnBatch(x)[0]);
  std::string command = inTemp("alone") + " --input " + inTemp("x.npy") + " --expected " + inTemp("y.npy") +
                        " --rtol 0 --atol 0 > /dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0);
  EXPECT_LT(sizeOfFile("alone"), 300000);
}

TEST(TenonKeras, FilesAreConvertedCompiledAndShown) {
  const std::string keras = TENON_SOURCE_DIR "/tests/golden/files/";
  ASSERT_EQ(tenonTool("convert " + keras + "compiled.keras -o converted.tenon").code, 0);
  const Model model = loadModel(keras + "compiled.keras"), converted = loadModel(inTemp("converted.tenon"));
  EXPECT_EQ(converted.toJson(), model.toJson());
  EXPECT_TRUE(sameBits(converted.getWeights(), model.getWeights()));
  EXPECT_EQ(converted.learningRate(), model.learningRate()); // it is compiled too
  ASSERT_EQ(tenonTool("convert --no-compile " + keras + "compiled.keras").code, 0);
  EXPECT_EQ(errorOf([&] { loadModel(inTemp("compiled.tenon")).learningRate(); }),
            "compiled: call compile() before learningRate()");

  const Result compiled = tenonTool("compile " + keras + "functional.keras --emit=library");
  ASSERT_EQ(compiled.code, 0) << compiled.output;
  const Array x = noise({5, 8, 8, 2});
  Session session(Program::load(inTemp("functional.so")));
  EXPECT_TRUE(sameBits(session.call("predict", {x}), loadModel(keras + "functional.keras").predictOnBatch(x).arrays()));
  EXPECT_EQ(tenonTool("compile --train --emit=library " + keras + "several_outputs.keras").code, 0);
  EXPECT_THAT(tenonTool("inspect " + keras + "nested.keras").output, ::testing::HasSubstr("Model: \"nested\""));

  expectRefused("compile " + keras + "unsupported.keras", 1, "unsupported.keras: holds what is not supported: half (Dense): ");
  expectRefused("compile " + keras + "nested.weights.h5", 1, "make the model and call loadWeights");
  expectRefused("convert " + keras + "nested.keras -o nested.onnx", 2,
                "-o: expected a name that ends in .tenon, .keras, .h5, .weights.h5 or .npz, got 'nested.onnx'");
  expectRefused("convert converted.tenon", 2, "convert would overwrite its input");
}

TEST(TenonConvert, AmongFormatsOfModelsAndOfWeights) {
  const std::string keras = TENON_SOURCE_DIR "/tests/golden/files/", model = keras + "adam.keras";
  const std::vector<Array> weights = loadModel(model).getWeights();
  // Round all formats of models.
  ASSERT_EQ(tenonTool("convert " + model + " -o round.h5").code, 0);
  ASSERT_EQ(tenonTool("convert round.h5 -o round.tenon").code, 0);
  ASSERT_EQ(tenonTool("convert round.tenon -o round.keras").code, 0);
  EXPECT_TRUE(sameBits(loadModel(inTemp("round.keras")).getWeights(), weights));
  ASSERT_EQ(tenonTool("convert --no-compile round.keras -o bare.h5").code, 0);
  EXPECT_THAT(errorOf([&] { loadModel(inTemp("bare.h5")).learningRate(); }), ::testing::HasSubstr("call compile()"));
  // From a model to weights, and round all formats of those.
  ASSERT_EQ(tenonTool("convert round.tenon -o round.weights.h5").code, 0);
  ASSERT_EQ(tenonTool("convert round.weights.h5 --model round.keras -o round_alone.h5").code, 0);
  ASSERT_EQ(tenonTool("convert round_alone.h5 --model round.keras -o round.npz").code, 0);
  ASSERT_EQ(tenonTool("convert --weights round.keras -o also_alone.h5").code, 0);
  for (const char *name : {"round.weights.h5", "round_alone.h5", "also_alone.h5", "round.npz"}) {
    Model other = loadModel(model);
    std::vector<Array> zeros;
    for (const Array &weight : weights)
      zeros.push_back(Array(weight.shape(), weight.dtype()));
    other.setWeights(zeros);
    other.loadWeights(inTemp(name));
    EXPECT_TRUE(sameBits(other.getWeights(), weights)) << name;
  }
  expectRefused("convert round.weights.h5 -o x.keras", 2,
                "round.weights.h5: holds weights without a model, which 'x.keras' would need");
  expectRefused("convert round.npz -o x.weights.h5", 2, "name the model whose they are with --model");
  expectRefused("convert round.keras --model round.keras -o x.npz", 2, "--model: 'round.keras' holds a model of its own");
  expectRefused("convert round.keras --weights -o x.tenon", 2, "--weights: expected a name that ends in .weights.h5, .h5 or .npz");
}

TEST(TenonCompile, TheTrainingStepTrainsTheSameBits) {
  Model model = sectorModel("trains");
  model.compile({.optimizer = Adam({.learningRate = 0.02}), .loss = "categorical_crossentropy", .metrics = {"acc"}});
  model.save(inTemp("trains.tenon"));
  ASSERT_EQ(tenonTool("compile trains.tenon --emit=library --train").code, 0);
  Session session(Program::load(inTemp("trains.so")));
  FitOptions options{.batchSize = 16, .epochs = 3, .verbose = 0, .seed = 5};
  model.fit(sectors(70), options);
  Trainer(session, sectors(70), options).run();
  std::vector<std::string> names = model.weightNames();
  std::vector<Array> weights = model.getWeights();
  for (size_t i = 0; i < names.size(); ++i)
    EXPECT_TRUE(sameBits(session.variable(names[i]), weights[i])) << names[i];
  Array x = noise({4, 2});
  EXPECT_TRUE(sameBits(session.call("predict", {x}), model.predictOnBatch(x).arrays()));
}

TEST(TenonCompile, OtherTargets) {
  sectorModel("other").save(inTemp("other.tenon"));
  Result result = tenonTool("compile other.tenon -o other_arm --emit=object --target=aarch64");
  EXPECT_EQ(result.code, 0) << result.output;
  EXPECT_TRUE(exists("other_arm.o"));
}

TEST(TenonCompile, UserMistakesAreOneLine) {
  sectorModel("plain").save(inTemp("plain.tenon"));
  std::ofstream(inTemp("broken.tenon")) << "not a model";
  std::ofstream(inTemp("broken.mlir")) << "func.func @predict(";
  std::ofstream(inTemp("model.onnx")) << "";
  expectRefused("", 2, "subcommand is required");
  expectRefused("compile", 2, "MODEL is required");
  expectRefused("compile plain.tenon --fast", 2, "--fast");
  expectRefused("compile --emit exe plain.tenon plain.tenon", 2, "not expected"); // the option took one text
  expectRefused("compile plain.tenon --emit=dll", 2, "--emit");
  expectRefused("compile plain.tenon --tag=1x", 2, "--tag: expected a C name other than tenon, got '1x'");
  expectRefused("compile plain.tenon --target=z80", 2, "--target: ");
  expectRefused("compile missing.tenon", 1, "missing.tenon: no such file");
  expectRefused("compile broken.tenon", 1, "broken.tenon: ");
  expectRefused("compile broken.mlir", 1, "tenon: broken.mlir:1: expected non-function type\n");
  expectRefused("compile model.onnx", 1, "model.onnx: expected a model file (.tenon, .keras, .h5) or a module (.mlir)");
  expectRefused("compile plain.tenon --train", 1, "plain: was saved before compile(), so it has no training step");
  expectRefused("compile plain.tenon --train --freeze=dense", 1, "plain: was saved before compile(), so it has no training step");
  expectRefused("compile plain.tenon --freeze=dense", 2, "--freeze: only training changes layers; it goes with --train");
  expectRefused("compile broken.mlir --train --freeze=dense", 2, "--freeze: 'broken.mlir' is a module; this needs a model's file");
  expectRefused("compile broken.mlir --weights=x.npz", 2, "--weights: 'broken.mlir' is a module; this needs a model's file");
  expectRefused("compile plain.tenon --weights=missing.npz", 1, "missing.npz");
  expectRefused("compile plain.tenon -o /nowhere/x", 1, "/nowhere/x");
  for (const char *name : {"plain", "plain.so", "broken.so", "model.so"})
    EXPECT_FALSE(exists(name)) << name;
}

TEST(TenonCompile, TheInputIsNeverOverwritten) {
  std::string text = w + values + "\n" + s + sumOf;
  writeModule("c.mlir", text);
  expectRefused("compile c.mlir --emit=ir", 2,
                "tenon: --emit=ir would overwrite the input 'c.mlir'; name the results with -o\n");
  expectRefused("compile ./c.mlir --emit=library,exe -o c.mlir", 2, "--emit=exe would overwrite the input './c.mlir'");
  EXPECT_EQ(contentOf("c.mlir"), text);
  EXPECT_FALSE(exists("c.mlir.so"));
  Result result = tenonTool("compile c.mlir --emit=ir -o optimized");
  EXPECT_EQ(result.code, 0) << result.output;
  EXPECT_TRUE(exists("optimized.mlir"));
}

TEST(TenonCompile, AModuleSaysWhatItMust) {
  writeModule("valueless.mlir", w + "\n" + s + sumOf);
  expectRefused(
      "compile valueless.mlir", 1,
      "tenon: valueless: the variable 'w' has no value: expected an initial one in the module (= dense<...>)\n");
  writeModule("nothing.mlir", "\n");
  expectRefused("compile nothing.mlir", 1,
                "tenon: nothing: expected a public function @predict with a body, the module has none\n");
  writeModule("lossless.mlir", w + values + "\n" + s + sumOf);
  expectRefused("compile lossless.mlir --train", 1,
                "tenon: lossless: expected a function @loss or @train_step to train with, the module has none\n");
  for (const char *name : {"valueless.so", "nothing.so", "lossless.so"})
    EXPECT_FALSE(exists(name)) << name;
}

TEST(TenonCompile, StateThatDoesNotFitIsNamed) {
  Model model = sectorModel("misfit");
  model.compile({.optimizer = Adam({.learningRate = 0.02}), .loss = "categorical_crossentropy"});
  model.fit(sectors(16), {.epochs = 1, .verbose = 0});
  model.save(inTemp("misfit.tenon"));
  Container container = Container::read(inTemp("misfit.tenon"));
  auto slot = std::find_if(container.variables.begin(), container.variables.end(), [](const StoredVariable &variable) {
    return variable.kind == VariableKind::Slot && variable.value.shape() == Shape{2, 8};
  });
  ASSERT_NE(slot, container.variables.end());
  slot->value = Array({3, 8}, DType::F32);
  container.write(inTemp("misfit.tenon"));
  expectRefused("compile misfit.tenon --train", 1,
                "tenon: misfit: the variable '" + slot->name +
                    "' was given a value of shape (3, 8) and type float32, expected (2, 8) and 4 bytes each\n");
}

TEST(TenonCompile, SlotsKeepTheirInitialValues) {
  for (const auto &[initial, expected] : {std::pair<std::string, std::vector<float>>{values, {12, 24}},
                                          {" = dense<3.0> : tensor<2xf32>", {14, 25}},
                                          {" = dense<0.0> : tensor<2xf32>", {11, 22}},
                                          {"", {11, 22}}}) {
    writeModule("slot.mlir", w + values + "\n" + s + initial + sumOf);
    Result result = tenonTool("compile slot.mlir");
    ASSERT_EQ(result.code, 0) << result.output;
    Session session(Program::load(inTemp("slot.so")));
    Array x({1, 2}, DType::F32);
    x.data<float>()[0] = 10, x.data<float>()[1] = 20;
    Array y = session.call("predict", {x})[0];
    EXPECT_EQ(std::vector<float>(y.data<float>(), y.data<float>() + 2), expected) << initial;
  }
}

TEST(TenonInspect, ModelsAndArtifacts) {
  sectorModel("shown").save(inTemp("shown.tenon"));
  ASSERT_EQ(tenonTool("compile shown.tenon").code, 0);
  EXPECT_THAT(tenonTool("inspect shown.tenon").output, ::testing::HasSubstr("Total params: 51"));
  Result emitted = tenonTool("inspect shown.tenon --ir=emitted"),
         optimized = tenonTool("inspect shown.tenon --ir=optimized");
  EXPECT_THAT(emitted.output, ::testing::HasSubstr("tenon.matmul"));
  EXPECT_THAT(emitted.output, ::testing::Not(::testing::HasSubstr("tenon.kernel")));
  EXPECT_THAT(optimized.output, ::testing::HasSubstr("tenon.kernel"));
  Result artifact = tenonTool("inspect shown.so");
  EXPECT_EQ(artifact.code, 0);
  EXPECT_THAT(artifact.output, ::testing::HasSubstr("input  point (batch, 2) float32"));
  expectRefused("inspect shown.so --ir=emitted", 2, "is compiled");
  expectRefused("inspect shown.tenon --ir=nothing", 2, "--ir");
}

// Layers with channels first transpose at their edges; between two of them nothing of it is left.
TEST(TenonInspect, ChannelsFirstTransposeTheInputAlone) {
  Tensor x = Input({2, 8, 8}, {.name = "x"});
  const std::string first = "channels_first";
  Tensor y = Conv2D({.filters = 3, .kernelSize = 3, .padding = "same", .dataFormat = first, .activation = "relu"})(x);
  Tensor z = ZeroPadding2D({.dataFormat = first})(BatchNormalization({.axis = 1})(y));
  z = ReLU({.maxValue = 6})(DepthwiseConv2D({.kernelSize = 3, .dataFormat = first})(z));
  z = MaxPooling2D({.dataFormat = first})(concatenate({add({y, z}), y}, {.axis = 1}));
  Model(x, Dense({.units = 2})(Flatten({.dataFormat = first})(z)), {.name = "first"}).save(inTemp("first.tenon"));
  auto transposes = [](const std::string &ir) {
    std::string text = tenonTool("inspect first.tenon --ir=" + ir).output;
    EXPECT_THAT(text, ::testing::HasSubstr("tenon.conv"));
    int count = 0;
    for (size_t at = 0; (at = text.find("= tenon.transpose ", at)) != std::string::npos; ++at)
      ++count;
    return count;
  };
  EXPECT_EQ(transposes("emitted"), 11);
  EXPECT_EQ(transposes("optimized"), 1);
}

TEST(TenonInspect, DrawsLayersAndKernels) {
  Tensor image = Input({8, 8, 1}, {.name = "image"});
  Tensor y = Conv2D({.filters = 4, .kernelSize = {3, 3}, .padding = "same", .name = "conv"})(image);
  y = ReLU({.name = "relu"})(add({BatchNormalization()(y), Conv2D({.filters = 4, .kernelSize = 1})(image)}));
  Model({image}, {Dense({.units = 3, .activation = "softmax"})(Flatten()(y))}, {.name = "drawn"})
      .save(inTemp("drawn.tenon"));
  auto boxesIn = [](const std::string &svg) {
    size_t count = 0;
    for (size_t at = 0; (at = svg.find("<rect x=", at)) != std::string::npos; ++at)
      ++count;
    return count;
  };
  EXPECT_EQ(boxesIn(tenonTool("inspect drawn.tenon --graph=svg").output), 8u);
  Result kernels = tenonTool("inspect drawn.tenon --graph=svg --ir=optimized");
  size_t boxes = boxesIn(kernels.output);
  EXPECT_GE(boxes, 4u);
  EXPECT_LT(boxes, 8u) << "what was fused is one box";
  EXPECT_THAT(kernels.output, ::testing::ContainsRegex(">conv \\+ [^<]*relu"));
  EXPECT_THAT(tenonTool("inspect drawn.tenon --graph=dot").output, ::testing::StartsWith("digraph \"drawn\""));
  ASSERT_EQ(tenonTool("inspect drawn.tenon --graph=html -o drawn.html").code, 0);
  std::ifstream page(inTemp("drawn.html"));
  EXPECT_THAT(std::string(std::istreambuf_iterator<char>(page), {}), ::testing::HasSubstr("@predict"));
  expectRefused("inspect drawn.tenon --graph=png", 2, "--graph");
}

TEST(TenonLayers, ListsThem) {
  EXPECT_THAT(tenonTool("layers").output,
              ::testing::AllOf(::testing::HasSubstr("Dense("), ::testing::HasSubstr("Conv2D(")));
  // As Python's `BatchNormalization?` shows it.
  EXPECT_THAT(tenonTool("layers BatchNormalization").output,
              ::testing::AllOf(::testing::StartsWith("BatchNormalization(\n    axis=-1, "),
                               ::testing::HasSubstr("\n    beta_initializer='zeros',                  # what beta holds at "
                                                    "first\n"),
                               ::testing::HasSubstr("BatchNormalization({.axis = -1, .momentum = 0.99, "),
                               ::testing::Not(::testing::HasSubstr("Conv2D("))));
  expectRefused("layers Dens", 2, "no layer is called 'Dens'");
}

TEST(Tenon, HelpAndVersion) {
  EXPECT_EQ(tenonTool("--help").code, 0);
  EXPECT_THAT(tenonTool("--version").output, ::testing::HasSubstr("tenon "));
}

} // namespace
} // namespace tenon::testing

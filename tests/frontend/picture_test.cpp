// SPDX-License-Identifier: Apache-2.0
// Pictures of graphs: nothing lies on anything else, whatever the graph.
#include "frontend/graph/picture/Diagrams.h"
#include "frontend/graph/picture/Layout.h"
#include "ir/Dialect.h"
#include "mlir/Parser/Parser.h"
#include "tests/frontend/LayerCases.h"
#include <cmath>
#include <gmock/gmock.h>
#include <random>
#include <tenon/layers.h>
#include <tenon/model.h>

namespace tenon::picture {
namespace {

bool apart(const Rectangle &a, const Rectangle &b) {
  constexpr double gap = 6;
  return a.right() + gap <= b.x || b.right() + gap <= a.x || a.bottom() + gap <= b.y || b.bottom() + gap <= a.y;
}

/// Boxes hold their text and lie apart; arrows begin and end at their boxes, and go through none: straight down inside
/// rows, curved where no box is.
void expectReadable(const Diagram &diagram) {
  SCOPED_TRACE(diagram.title);
  const Layout layout = layOut(diagram);
  ASSERT_EQ(layout.boxes.size(), diagram.boxes.size());
  ASSERT_EQ(layout.arrows.size(), diagram.arrows.size());
  for (size_t i = 0; i < layout.boxes.size(); ++i) {
    const Rectangle &box = layout.boxes[i];
    EXPECT_GE(std::min(box.x, box.y), 0);
    EXPECT_LE(box.right(), layout.width);
    EXPECT_LE(box.bottom(), layout.height);
    for (const std::string &line : diagram.boxes[i].lines)
      EXPECT_LE(static_cast<double>(columnsOf(line)) * columnWidth + 2 * padding, box.width + 0.11) << line;
    EXPECT_LE(static_cast<double>(diagram.boxes[i].lines.size()) * lineHeight, box.height);
    for (size_t j = i + 1; j < layout.boxes.size(); ++j)
      ASSERT_TRUE(apart(box, layout.boxes[j])) << diagram.boxes[i].lines[0] << " and " << diagram.boxes[j].lines[0];
  }
  for (size_t i = 0; i < layout.arrows.size(); ++i) {
    const auto &points = layout.arrows[i];
    const Rectangle &from = layout.boxes[diagram.arrows[i].from], &to = layout.boxes[diagram.arrows[i].to];
    ASSERT_GE(points.size(), 4u);
    EXPECT_EQ(points.size() % 2, 0u);
    EXPECT_NEAR(points.front().y, from.bottom(), 0.11);
    EXPECT_NEAR(points.back().y, to.y, 0.11);
    EXPECT_TRUE(points.front().x > from.x && points.front().x < from.right());
    EXPECT_TRUE(points.back().x > to.x && points.back().x < to.right());
    for (size_t k = 0; k + 1 < points.size(); ++k) {
      const Point &a = points[k], &b = points[k + 1];
      ASSERT_LE(a.y, b.y + 0.11);
      for (size_t box = 0; box < layout.boxes.size(); ++box) {
        const Rectangle &r = layout.boxes[box];
        bool beside = b.y <= r.y + 0.11 || a.y >= r.bottom() - 0.11;
        if (k % 2 == 0) { // inside a row
          EXPECT_NEAR(a.x, b.x, 0.01);
          beside = beside || a.x < r.x || a.x > r.right();
        }
        ASSERT_TRUE(beside) << "arrow " << i << " meets " << diagram.boxes[box].lines[0];
      }
    }
  }
  EXPECT_EQ(toSvg(diagram), toSvg(diagram));
}

Tensor convolution(Tensor x, int64_t filters, Extent2D size, int strides = 1) {
  x = Conv2D({.filters = filters, .kernelSize = size, .strides = strides, .padding = "same", .useBias = false})(x);
  return Activation("relu")(BatchNormalization({.scale = false})(x));
}

/// Branches as in InceptionV3, some three hundred layers of them.
Model inception() {
  Tensor image = Input({None, None, 3}, {.name = "image"});
  Tensor x = convolution(convolution(image, 2, 3, 2), 2, 3);
  for (int block = 0; block < 12; ++block) {
    Tensor a = convolution(x, 2, 1), b = convolution(convolution(x, 2, 1), 2, {1, 7});
    Tensor c = convolution(convolution(convolution(x, 2, 1), 2, {1, 7}), 2, {7, 1});
    Tensor d = convolution(AveragePooling2D({.poolSize = 3, .strides = 1, .padding = "same"})(x), 2, 1);
    c = concatenate({convolution(c, 2, {1, 3}), convolution(c, 2, {3, 1})});
    x = concatenate({a, b, c, d});
  }
  return Model({image}, {Dense({.units = 3, .activation = "softmax"})(GlobalAveragePooling2D()(x))},
               {.name = "inception"});
}

TEST(Picture, EveryLayerIsReadable) {
  for (const testing::LayerCase &row : testing::layerCases()) {
    std::vector<Tensor> inputs;
    for (const Shape &shape : row.inputs)
      inputs.push_back(Input(shape));
    Layer layer = row.make();
    Tensor output = inputs.size() == 1 ? layer(inputs[0]) : layer(inputs);
    Model model(inputs, {output}, {.name = row.title});
    Diagram diagram = ofLayers(model.model());
    EXPECT_EQ(diagram.boxes.size(), row.inputs.size() + 1);
    expectReadable(diagram);
  }
}

TEST(Picture, ThreeHundredLayersAreReadable) {
  Model model = inception();
  Diagram diagram = ofLayers(model.model());
  EXPECT_GT(diagram.boxes.size(), 290u);
  expectReadable(diagram);
  // Four branches side by side, not one after the other.
  const Layout layout = layOut(diagram);
  EXPECT_LT(layout.width, 2000);
  EXPECT_GT(layout.width, 600);
}

TEST(Picture, RandomGraphsAreReadable) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    std::mt19937 random(seed);
    Diagram diagram;
    diagram.title = "seed " + std::to_string(seed);
    size_t count = 2 + random() % 60;
    for (size_t i = 0; i < count; ++i) {
      Box box{{std::string(1 + random() % 30, 'x')}, static_cast<Kind>(random() % kindCount)};
      for (size_t lines = random() % 4; lines > 0; --lines)
        box.lines.push_back(std::string(random() % 40, 'y'));
      diagram.boxes.push_back(box);
      for (size_t arrows = i ? random() % 4 : 0; arrows > 0; --arrows)
        diagram.arrows.push_back({random() % 3 ? i - 1 - random() % std::min<size_t>(i, 4) : random() % i, i});
    }
    expectReadable(diagram);
  }
}

TEST(Picture, SaysWhatLayersAre) {
  Tensor x = Input({9, 9, 3}, {.name = "image"});
  Dense shared({.units = 4, .activation = "relu", .name = "shared"});
  Tensor y = Conv2D({.filters = 8, .kernelSize = {3, 1}, .strides = 2, .padding = "same", .name = "conv"})(x);
  Model model({x}, {add({shared(Flatten({.name = "flat"})(y)), shared(Flatten({.name = "flat2"})(y))})});
  Diagram diagram = ofLayers(model.model());
  std::vector<std::string> texts;
  for (const Box &box : diagram.boxes)
    texts.push_back(box.lines[0] + ": " + box.lines[1] + ": " + box.lines[2]);
  EXPECT_THAT(texts, ::testing::IsSupersetOf({"image: InputLayer: (None, 9, 9, 3)",
                                              "conv: Conv2D 3x1, 8 filters, stride 2x2, same: (None, 5, 5, 8)",
                                              "shared: Dense 4 units, relu: (None, 4)",
                                              "shared (call 2): Dense 4 units, relu: (None, 4)"}));
  EXPECT_EQ(diagram.arrows.size(), 1 + 2 + 2 + 2u);
}

TEST(Picture, ModelsInsideModels) {
  Tensor a = Input({4});
  Model inner({a}, {Dense({.units = 2, .name = "one"})(a), Dense({.units = 3, .name = "two"})(a)}, {.name = "inner"});
  Tensor x = Input({4}, {.name = "x"});
  auto [one, two] = inner.call<2>(x);
  Model outer({x}, {concatenate({one, two})}, {.name = "outer"});
  EXPECT_EQ(ofLayers(outer.model()).boxes.size(), 3u);
  Diagram diagram = ofLayers(outer.model(), /*expandNested=*/true);
  ASSERT_EQ(diagram.boxes.size(), 4u);
  EXPECT_THAT((std::vector{diagram.boxes[1].lines[0], diagram.boxes[2].lines[0]}),
              ::testing::UnorderedElementsAre("inner/one", "inner/two"));
  EXPECT_EQ(diagram.arrows.size(), 4u);
  expectReadable(diagram);
}

TEST(Picture, KernelsSayWhatWasFused) {
  mlir::MLIRContext context;
  context.loadDialect<ir::TenonDialect, mlir::func::FuncDialect>();
  auto module = mlir::parseSourceString<mlir::ModuleOp>(R"(
    module @m {
    tenon.variable @w : tensor<2x3xf32> "weight"
    func.func @predict(%x: tensor<?x2xf32> {tenon.name = "x"}) -> (tensor<?x3xf32> {tenon.name = "y"}) {
      %w = tenon.read @w : tensor<2x3xf32>
      %0 = tenon.kernel "dense"(%x, %w) schedule <"gemm", tile = 6 by 16> : (tensor<?x2xf32>, tensor<2x3xf32>) -> tensor<?x3xf32> {
      ^bb0(%a: tensor<?x2xf32>, %b: tensor<2x3xf32>):
        %1 = tenon.matmul %a, %b {transpose_lhs = false, transpose_rhs = false} : tensor<?x2xf32>, tensor<2x3xf32>
        %2 = tenon.relu %1 : tensor<?x3xf32>
        tenon.yield %2 : tensor<?x3xf32>
      } loc(fused["dense", "re_lu"])
      return %0 : tensor<?x3xf32>
    }
    })",
                                                        &context);
  ASSERT_TRUE(module);
  Diagram diagram = ofKernels(*module, "predict");
  ASSERT_EQ(diagram.boxes.size(), 3u);
  EXPECT_EQ(diagram.title, "m, @predict");
  EXPECT_THAT(diagram.boxes[1].lines,
              ::testing::ElementsAre("dense [gemm 6x16]", "matmul + relu", "of dense, re_lu", "(?, 3)"));
  EXPECT_EQ(diagram.arrows.size(), 2u);
  expectReadable(diagram);
  EXPECT_THROW(ofKernels(*module, "train_step"), Error);
}

TEST(Picture, TextsAreEscaped) {
  Diagram diagram{"a & b", {{{"<1>", "\"two\""}, Kind::Other}, {{"c\\"}, Kind::Other}}, {{0, 1}}};
  EXPECT_THAT(toSvg(diagram),
              ::testing::AllOf(::testing::HasSubstr(">&lt;1&gt;</text>"), ::testing::HasSubstr("a &amp; b")));
  EXPECT_EQ(toDot(diagram), "digraph \"a & b\" {\n  node [shape=box, fontname=\"monospace\"];\n"
                            "  n0 [label=\"<1>\\n\\\"two\\\"\"];\n  n1 [label=\"c\\\\\"];\n  n0 -> n1;\n}\n");
  EXPECT_THAT(toHtml("a & b", {diagram, diagram}), ::testing::HasSubstr("<title>a &amp; b</title>"));
}

} // namespace
} // namespace tenon::picture

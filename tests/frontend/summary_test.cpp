// SPDX-License-Identifier: Apache-2.0
// summary(): Keras 3's table to the letter (printed by real Keras), and the form of Keras 2.
#include "tests/frontend/Interpret.h"
#include <fstream>
#include <nlohmann/json.hpp>
#include <tenon/layers.h>

namespace tenon::graph {
namespace {

TEST(Summary, IsKerass) {
  std::ifstream file(TENON_SOURCE_DIR "/tests/golden/data/summaries.json");
  ASSERT_TRUE(file.good());
  for (const Json &golden : Json::parse(file))
    EXPECT_EQ(modelFromJson(golden.at("model").dump()).summaryText(), golden.at("summary").get<std::string>());
}

TEST(Summary, Keras2IsTheDocuments) {
  Tensor x = Input({64}, {.name = "input_2"});
  Tensor y = Dense({.units = 32, .activation = "relu", .name = "dense_5"})(x);
  y = Dense({.units = 32, .activation = "relu", .name = "dense_6"})(y);
  Model model(x, Dense({.units = 10, .activation = "softmax", .name = "dense_7"})(y), {.name = "model_1"});
  EXPECT_EQ(model.summaryText({.style = "keras2"}),
            "Model: \"model_1\"\n"
            "_________________________________________________________________\n"
            "Layer (type)                 Output Shape              Param #   \n"
            "=================================================================\n"
            "input_2 (InputLayer)         (None, 64)                0         \n"
            "_________________________________________________________________\n"
            "dense_5 (Dense)              (None, 32)                2080      \n"
            "_________________________________________________________________\n"
            "dense_6 (Dense)              (None, 32)                1056      \n"
            "_________________________________________________________________\n"
            "dense_7 (Dense)              (None, 10)                330       \n"
            "=================================================================\n"
            "Total params: 3,466\n"
            "Trainable params: 3,466\n"
            "Non-trainable params: 0\n"
            "_________________________________________________________________\n");
}

// The document's own rows for a graph: cells are cut to their column.
TEST(Summary, Keras2ShowsConnections) {
  Tensor text = Input({None}, {.name = "text"}), question = Input({None}, {.name = "question"});
  Model model({text, question}, add({text, question}, {.name = "a_layer_with_a_long_name"}), {.name = "model_2"});
  EXPECT_EQ(model.summaryText({.style = "keras2"}),
            "Model: \"model_2\"\n"
            "__________________________________________________________________________________________________\n"
            "Layer (type)                    Output Shape         Param #     Connected to                     \n"
            "==================================================================================================\n"
            "text (InputLayer)               (None, None)         0                                            \n"
            "__________________________________________________________________________________________________\n"
            "question (InputLayer)           (None, None)         0                                            \n"
            "__________________________________________________________________________________________________\n"
            "a_layer_with_a_long_name (Add)  (None, None)         0           text[0][0]                       \n"
            "                                                                 question[0][0]                   \n"
            "==================================================================================================\n"
            "Total params: 0\n"
            "Trainable params: 0\n"
            "Non-trainable params: 0\n"
            "__________________________________________________________________________________________________\n");
}

TEST(Summary, ExpandsNestedModelsAndShowsWhatIsTrained) {
  clearSession();
  Sequential block({Input({4}), Dense({.units = 3, .name = "inner", .trainable = false})}, {.name = "block"});
  Tensor x = Input({4}, {.name = "x"});
  std::string text = Model(x, block(x), {.name = "m"}).summaryText({.expandNested = true, .showTrainable = true});
  for (const char *cell : {"│ block (Sequential)", "│    └ inner (Dense)", "Traina…", "│    N    │", "│    -    │"})
    EXPECT_NE(text.find(cell), std::string::npos) << cell << "\n" << text;
}

TEST(Summary, LongCellsWrap) {
  Tensor x = Input({4}, {.name = std::string(60, 'x')});
  std::string text = Model(x, Flatten()(x), {.name = "m"}).summaryText();
  EXPECT_NE(text.find("│ " + std::string(35, 'x') + "… │"), std::string::npos) << text;
  EXPECT_NE(text.find("│ (InputLayer)  "), std::string::npos) << text;
}

TEST(Summary, FrozenWeightsCountApart) {
  Tensor x = Input({4}, {.name = "x"});
  std::string text = Model(x, BatchNormalization()(x), {.name = "m"}).summaryText();
  EXPECT_NE(
      text.find(" Total params: 16 (64.00 B)\n Trainable params: 8 (32.00 B)\n Non-trainable params: 8 (32.00 B)\n"),
      std::string::npos);
}

TEST(Summary, ShowsARangeOfLayers) {
  Tensor x = Input({4}, {.name = "x"});
  Tensor y = Dense({.units = 3, .name = "first"})(x);
  Model model(x, Dense({.units = 2, .name = "second"})(y), {.name = "m"});
  auto shown = [&](std::vector<std::string> range) {
    std::string text = model.summaryText({.layerRange = std::move(range)}), names;
    for (const char *name : {"x", "first", "second"})
      if (text.find("│ " + std::string(name) + " (") != std::string::npos)
        names += std::string(name) + " ";
    return names;
  };
  EXPECT_EQ(shown({"first", "second"}), "first second ");
  EXPECT_EQ(shown({"x", "fir.*"}), "x first ");
  EXPECT_EQ(shown({"second", "x"}), "x first second "); // turned round, as Keras does
  EXPECT_NE(model.summaryText({.positions = {0.5, 0.9, 1}}), model.summaryText());
}

} // namespace
} // namespace tenon::graph

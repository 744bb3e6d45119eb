// SPDX-License-Identifier: Apache-2.0
// Keras's JSON: what Keras writes comes back to the letter; what is not understood is named.
#include "tests/frontend/Interpret.h"
#include <fstream>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <tenon/layers.h>

namespace tenon::graph {
namespace {

// nlohmann's ordered objects compare in order; Keras's order of keys has no meaning.
nlohmann::json plain(const std::string &text) { return nlohmann::json::parse(text); }

std::vector<Json> goldenModels() {
  std::vector<Json> models;
  for (const char *name : {"layers", "summaries"}) {
    std::ifstream file(std::string(TENON_SOURCE_DIR "/tests/golden/data/") + name + ".json");
    EXPECT_TRUE(file.good()) << name;
    for (const Json &golden : Json::parse(file))
      models.push_back(golden.at("model"));
  }
  return models;
}

TEST(Serialize, KerassModelsComeBackAsTheyWere) {
  for (const Json &model : goldenModels()) {
    nlohmann::json expected = plain(model.dump()), actual = plain(modelFromJson(model.dump()).toJson());
    EXPECT_EQ(actual, expected) << nlohmann::json::diff(expected, actual).dump(1);
  }
}

TEST(Serialize, EveryPrefixOfAModelIsRefused) {
  std::string text = goldenModels().back().dump();
  for (size_t length = 0; length < text.size(); length += 7)
    EXPECT_THROW(modelFromJson(text.substr(0, length)), Error);
}

// Each value of a small model replaced by others: an Error or a model, never anything else.
TEST(Serialize, ChangedModelsGiveModelsOrErrors) {
  Tensor x = Input({4, 4, 1}, {.name = "x"});
  Model inner(x, Conv2D({.filters = 2, .kernelSize = 2})(x), {.name = "inner"});
  Tensor y = Input({4, 4, 1}, {.name = "y"});
  const Json json = Json::parse(Model(y, Flatten()(inner(y))).toJson());
  const Json flat = json.flatten();
  int refused = 0;
  for (const auto &[pointer, value] : flat.items())
    for (const Json &other : {Json(), Json(-1), Json(3), Json("x"), Json::array(), Json::object(), Json(true)}) {
      Json changed = json;
      changed[Json::json_pointer(pointer)] = other;
      try {
        modelFromJson(changed.dump()).toJson();
      } catch (const Error &) {
        ++refused;
      }
    }
  EXPECT_GT(refused, 100);
}

TEST(Serialize, NamesWhatIsNotUnderstood) {
  clearSession();
  Tensor x = Input({4}, {.name = "x"});
  const std::string text = Model(x, Dense({.units = 2, .name = "d"})(x), {.name = "m"}).toJson();
  const Json json = Json::parse(text);
  auto with = [&](const char *pointer, Json value) {
    Json changed = json;
    changed[Json::json_pointer(pointer)] = std::move(value);
    return messageOf([&] { modelFromJson(changed.dump()); });
  };
  EXPECT_EQ(with("/config/layers/1/class_name", "Whatever"), "d: the layer class Whatever is not supported");
  EXPECT_EQ(with("/config/layers/1/config/units", "two"), "d: option units does not take \"two\"");
  EXPECT_EQ(with("/config/layers/1/config/colour", 3), "d: unknown option colour = 3");
  EXPECT_EQ(with("/config/layers/1/config/kernel_regularizer", "l3"),
            "d: option kernel_regularizer: unknown regularizer 'l3', expected one of l1, l1l2, l2");
  EXPECT_EQ(with("/config/layers/1/config/kernel_regularizer", {{"class_name", "L2"}, {"config", {{"l2", -1}}}}),
            "d: option kernel_regularizer: regularizer L2: expected l2 of 0 or more, got -1");
  EXPECT_EQ(with("/config/layers/1/config/kernel_regularizer", {{"class_name", "L2"}, {"config", {{"l1", 1}}}}),
            "d: option kernel_regularizer: regularizer L2: option l1 does not take 1");
  EXPECT_EQ(with("/config/layers/1/config/kernel_regularizer", 3),
            "d: option kernel_regularizer: regularizer: expected a name or an object with class_name, got 3");
  EXPECT_EQ(with("/config/layers/1/config/bias_constraint", "small"),
            "d: option bias_constraint: unknown constraint 'small', expected one of max_norm, min_max_norm, non_neg, unit_norm");
  EXPECT_EQ(with("/config/layers/1/config/bias_constraint", {{"class_name", "NonNeg"}, {"config", {{"axis", 0}}}}),
            "d: option bias_constraint: constraint NonNeg: option axis does not take 0");
  EXPECT_EQ(with("/config/layers/1/config/bias_constraint", {{"class_name", "MaxNorm"}, {"config", {{"axis", 1}}}}),
            "d: constraint MaxNorm: axis 1 is outside a weight bias of shape (2,)");
  EXPECT_EQ(with("/config/layers/1/config/bias_constraint", 3),
            "d: option bias_constraint: constraint: expected a name or an object with class_name, got 3");
  EXPECT_EQ(with("/config/layers/1/config/quantization_config", "int8"),
            "d: option quantization_config is \"int8\", only null is supported");
  EXPECT_EQ(with("/config/layers/1/config/dtype", "float16"), "d: dtype is \"float16\", only float32 is supported");
  EXPECT_EQ(with("/config/layers/1/config/kernel_initializer", "best"),
            "d: option kernel_initializer: unknown initializer 'best', expected one of constant, glorot_normal, "
            "glorot_uniform, he_normal, he_uniform, ones, orthogonal, random_normal, random_uniform, truncated_normal, zeros");
  EXPECT_EQ(with("/config/layers/1/module", "keras.src.ops.numpy"),
            "d: the operation Dense outside of layers is not supported");
  Json several = json;
  several["config"]["layers"][1]["config"].update({{"units", "two"}, {"colour", 3}});
  EXPECT_EQ(messageOf([&] { modelFromJson(several.dump()); }),
            "d: option units does not take \"two\"; unknown option colour = 3");
  EXPECT_EQ(with("/config/layers/1/name", "e"), "m: layer e calls itself d in its config");
  EXPECT_EQ(with("/config/layers/1/inbound_nodes/0/args/0/config/keras_history/0", "z"),
            "m: takes a value of a layer that it does not have: z");
  EXPECT_EQ(with("/config/layers/1/inbound_nodes/0/args/0/config/keras_history/1", 4),
            "m: layer d takes a value that no layer gives");
  EXPECT_EQ(with("/config/layers/1/inbound_nodes/0/kwargs", {{"training", true}}),
            "m: a layer's argument training = true is not supported");
  EXPECT_EQ(with("/config/layers/1/inbound_nodes", Json::parse(R"([[["x", 0, 0, {}]]])")),
            "m: a call in the form of Keras 2 is not supported: [[\"x\",0,0,{}]]");
  EXPECT_EQ(with("/config/output_layers", Json::array({"d", 7, 0})),
            "m: output_layers names a value that no layer gives: [\"d\",7,0]");
  EXPECT_EQ(with("/config/layers/0/config/batch_shape", 4), "x: option batch_shape does not take 4");
  EXPECT_EQ(with("/config/layers/0/config/batch_shape/0", 0),
            "x: expected dimensions of 1 or more, or None, got shape (0, 4)");
  EXPECT_EQ(messageOf([] { modelFromJson("{"); }), "model JSON: not valid JSON: {");
  EXPECT_EQ(messageOf([] { modelFromJson(std::string(1000000, '[') + std::string(1000000, ']')); }),
            "model JSON: nested more than 500 levels deep");
  EXPECT_EQ(messageOf([&] { modelFromJson(json["config"]["layers"][1].dump()); }),
            "model JSON: expected a Functional or Sequential model, got \"Dense\"");
  EXPECT_EQ(messageOf([] {
              modelFromJson(R"({"class_name": "Sequential", "config": {"name": "s", "layers": [], "build_input_shape": [null, 1e300]}})");
            }),
            "s: build_input_shape is [null,1e+300], expected whole numbers");
}

TEST(Serialize, ASurveyFindsEverythingThatIsNotSupported) {
  clearSession();
  Tensor in = Input({4}, {.name = "in"}), x = Input({4}, {.name = "x"});
  Model inner(in, Dense({.units = 4, .name = "deep"})(in), {.name = "inner"});
  Tensor y = Dropout({.rate = 0.5, .name = "d"})(BatchNormalization({.name = "n"})(inner(x)));
  Json json = Json::parse(Model(x, y, {.name = "m"}).toJson());
  EXPECT_TRUE(unsupportedParts(json).empty()); // nor is the training=false that Keras writes for every Dropout
  Json &layers = json["config"]["layers"];
  layers[1]["config"]["layers"][1]["class_name"] = "Whatever";
  layers[2]["inbound_nodes"][0]["kwargs"]["training"] = false; // would freeze the statistics
  layers[2]["config"]["dtype"] = "bfloat16";
  EXPECT_EQ(unsupportedParts(json),
            (std::vector<std::string>{"deep (Whatever): this layer class is not supported",
                                      "n (BatchNormalization): dtype is \"bfloat16\", only float32 is supported",
                                      "n (BatchNormalization): the call's argument training = false is not supported"}));
  layers[2]["module"] = "someone.elses.layers";
  EXPECT_EQ(unsupportedParts(json)[1], "n (BatchNormalization): this layer class is not supported");
}

// As in Keras, Model(x, y) and Model([x], [y]) write their ends differently.
TEST(Serialize, AListOfOneStaysAList) {
  Tensor x = Input({4}, {.name = "x"});
  Tensor y = Flatten({.name = "y"})(x);
  auto ends = [](const Model &model) { return Json::parse(modelFromJson(model.toJson()).toJson())["config"]; };
  EXPECT_EQ(ends(Model(x, y))["input_layers"], Json::array({"x", 0, 0}));
  EXPECT_EQ(ends(Model({x}, y))["input_layers"], Json::array({Json::array({"x", 0, 0})}));
  EXPECT_EQ(ends(Model(x, {y}))["output_layers"], Json::array({Json::array({"y", 0, 0})}));
}

// A functional model counts a call of its own, but only where a model lists its outputs.
TEST(Serialize, ANestedModelMayBeTheOutput) {
  Tensor in = Input({4}, {.name = "in"}), x = Input({4}, {.name = "x"});
  Model inner(in, ReLU()(in), {.name = "inner"});
  Model model(x, inner(inner(x)), {.name = "m"});
  Json json = Json::parse(model.toJson());
  EXPECT_EQ(json["config"]["output_layers"], Json::array({"inner", 2, 0}));
  EXPECT_EQ(modelFromJson(json.dump()).toJson(), json.dump());
}

TEST(Serialize, FrozenLayersStayFrozen) {
  Tensor x = Input({4});
  Model model(x, Dense({.units = 2, .name = "thawed"})(Dense({.units = 2, .name = "frozen", .trainable = false})(x)));
  Model copy = modelFromJson(model.toJson());
  EXPECT_FALSE(copy.getLayer("frozen").trainable());
  EXPECT_TRUE(copy.getLayer("thawed").trainable());
}

} // namespace
} // namespace tenon::graph

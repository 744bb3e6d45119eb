// SPDX-License-Identifier: Apache-2.0
// Keras's files of models that share layers (shared_models.py): read with the sharing, where Keras itself mostly
// refuses them; the older format's as the copies that Keras makes of them; and written as Keras writes them.
#include "tests/golden/Described.h"
#include <gmock/gmock.h>
#include <optional>

namespace tenon::golden {
namespace {

using ::testing::HasSubstr;

std::vector<Case> sharedCases() {
  std::ifstream file(fileOf("shared.json"));
  std::vector<Case> cases;
  Json list = Json::parse(file);
  for (Json &data : list)
    cases.push_back({std::move(data)});
  return cases;
}

/// What stands in several places by its ids: "inner/d, d".
void collectIds(const Json &model, const std::string &path, std::map<std::string, std::string> &places) {
  for (const Json &entry : model.at("config").at("layers")) {
    const std::string own = path + entry.at("config").at("name").get<std::string>();
    if (entry.at("config").contains("layers"))
      collectIds(entry, own + "/", places);
    if (entry.contains("shared_object_id"))
      places[entry["shared_object_id"].dump()] += own + ", ";
  }
}
std::multiset<std::string> sharedPlaces(const std::string &path) {
  std::map<std::string, std::string> places;
  collectIds(Json::parse(files::ZipFile(path).read("config.json").view()), "", places);
  std::multiset<std::string> lists;
  for (const auto &[id, list] : places)
    lists.insert(list);
  return lists;
}

std::string warningsOf(const std::function<void()> &call) {
  ::testing::internal::CaptureStderr();
  call();
  return ::testing::internal::GetCapturedStderr();
}

class SharedFiles : public ::testing::TestWithParam<Case> {
protected:
  const Json &data = GetParam().data;
  std::string file(const std::string &ending) const { return fileOf("shared_" + GetParam().name() + ending); }
  std::string written(const std::string &ending) const {
    return ::testing::TempDir() + "/written_" + GetParam().name() + ending;
  }
  void expectOutputs(const Model &model) const {
    const Array outputs = model.predict(toArrays(data.at("inputs")), {.verbose = 0});
    EXPECT_TRUE(near(outputs, data.at("outputs")[0], 1e-5));
  }
  /// Two batches more, as Keras went on.
  void expectLosses(const Model &model) const {
    for (size_t i = 0; i < data.at("batches").size(); ++i) {
      const Json &batch = data.at("batches")[i];
      model.resetMetrics();
      const Scores scores = model.trainOnBatch(toArrays(batch.at("x")), toArrays(batch.at("y")));
      const double expected = data.at("losses")[i];
      EXPECT_NEAR(scores["loss"], expected, 1e-5 * (1 + std::abs(expected))) << "batch " << i;
    }
  }
};

TEST_P(SharedFiles, KeepTheSharing) {
  for (const std::string ending : {".keras", ".tenon"}) {
    const std::string path = ending == ".keras" ? file(ending) : written(ending);
    std::optional<Model> model;
    EXPECT_EQ(warningsOf([&] { model = loadModel(path); }), "");
    expectWeights(*model, data.at("weights"));
    expectOutputs(*model);
    model->save(written(".tenon"));
    expectLosses(*model);
    model->loadWeights(file(".weights.h5"));
    expectWeights(*model, data.at("weights"));
    expectLosses(*model);
  }
}

TEST_P(SharedFiles, AreWrittenAsByKeras) {
  const Model model = loadModel(file(".keras"));
  const std::string warning = warningsOf([&] { model.save(written(".keras")); });
  EXPECT_EQ(warning.find("does not load what it writes") == std::string::npos, data.at("keras").get<bool>()) << warning;
  warningsOf([&] { model.save(written(".h5")); });
  model.saveWeights(written(".weights.h5"));
  EXPECT_EQ(sharedPlaces(written(".keras")), sharedPlaces(file(".keras")));
  for (const char *ending : {".keras", ".h5", ".weights.h5"})
    EXPECT_EQ(describeFile(written(ending)), describeFile(file(ending))) << ending;
}

TEST_P(SharedFiles, OfTheOlderFormatGiveKerassCopies) {
  for (const std::string &path : {file(".h5"), written(".h5")}) {
    if (path == written(".h5"))
      warningsOf([&] { loadModel(file(".keras")).save(path); });
    std::optional<Model> model;
    const std::string warning = warningsOf([&] { model = loadModel(path); });
    const Json &copies = data.at("h5");
    if (!copies.is_null())
      expectWeights(*model, copies);
    EXPECT_EQ(warning.find("are copies, which train apart") != std::string::npos,
              model->getWeights().size() > data.at("weights").size())
        << warning;
    expectOutputs(*model);
  }
}

INSTANTIATE_TEST_SUITE_P(Keras, SharedFiles, ::testing::ValuesIn(sharedCases()), caseName);

TEST(SharedFile, ThatDoesNotSayWhichLayerIsSharedIsAnError) {
  const std::string path = fileOf("shared_lookalikes.keras");
  EXPECT_EQ(errorOf([&] { loadModel(path); }),
            path + ": d: is one with a layer of the same name and options in another model, but there are several, and "
                   "the file does not say which");
}

TEST(SharedFile, WithAByteChangedIsAnErrorOrAModel) {
  const Copy file(fileOf("shared_encoder.keras"), "shared_changed.keras");
  for (size_t i = 0; i < file.size(); i += 211) {
    file.flip(i);
    EXPECT_EQ(errorOf([&] { loadModel(file.path, {.compile = false}); }).find('\n'), std::string::npos);
    file.flip(i);
  }
}

} // namespace
} // namespace tenon::golden

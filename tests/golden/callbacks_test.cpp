// SPDX-License-Identifier: Apache-2.0
// Callbacks against Keras's: histories, when they stop, learning rates, what they write.
#include "tests/golden/Golden.h"
#include "tools/tenon/TrainingFiles.h"
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace tenon::golden {
namespace {

namespace fs = std::filesystem;

struct Rates : Callback {
  std::vector<double> rates;
  void onEpochEnd(TrainingContext &context, int, Logs &) override { rates.push_back(context.learningRate()); }
};

std::string contentOf(const fs::path &path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The same text, numbers apart, which are near.
void expectSameCsv(const std::string &actual, const std::string &expected, char separator) {
  std::istringstream ours(actual), theirs(expected);
  std::string line, other;
  while (std::getline(theirs, other)) {
    ASSERT_TRUE(std::getline(ours, line)) << "line is missing: " << other;
    std::istringstream fields(line), otherFields(other);
    std::string field, otherField;
    while (std::getline(otherFields, otherField, separator)) {
      ASSERT_TRUE(std::getline(fields, field, separator)) << line;
      char *end = nullptr;
      double number = std::strtod(otherField.c_str(), &end);
      if (end == otherField.c_str())
        EXPECT_EQ(field, otherField);
      else if (!std::isfinite(number)) // infinity or NaN: sums in another order overflow otherwise
        EXPECT_FALSE(std::isfinite(std::strtod(field.c_str(), nullptr))) << line;
      else
        EXPECT_NEAR(std::strtod(field.c_str(), nullptr), number, 1e-5 * (1 + std::abs(number))) << line;
    }
    EXPECT_FALSE(std::getline(fields, field, separator)) << line;
  }
  EXPECT_FALSE(std::getline(ours, line)) << line;
}

class CallbacksTest : public ::testing::TestWithParam<Case> {
protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "tenon-XXXXXX").string();
    folder = mkdtemp(pattern.data());
    before = fs::current_path();
    fs::current_path(folder);
  }
  void TearDown() override {
    fs::current_path(before);
    fs::remove_all(folder);
  }
  fs::path folder, before;
};

TEST_P(CallbacksTest, DoWhatKerassDo) {
  const Json &data = GetParam().data;
  Model model = readModel(data);
  std::vector<Metric> metrics;
  for (const Json &name : data.at("metrics"))
    metrics.push_back(name.get<std::string>());
  model.compile({.optimizer = SGD({.learningRate = data.at("rate")}),
                 .loss = "mse",
                 .metrics = Metrics(std::vector<Metrics::Entry>(metrics.begin(), metrics.end()))});
  FitOptions options{.batchSize = data.at("batchSize"),
                     .epochs = data.at("epochs"),
                     .verbose = 0,
                     .validationSplit = 0.25,
                     .shuffle = false,
                     .validationFreq = data.at("validationFreq")};
  if (const Json &schedule = data.at("schedule"); !schedule.is_null())
    options.callbacks.push_back(LearningRateScheduler(
        [rates = schedule.get<std::vector<double>>()](int epoch, double) { return rates[size_t(epoch)]; }));
  char separator = ',';
  std::vector<CallbackHandle> made;
  for (const Json &json : data.at("callbacks")) {
    std::string text = json;
    if (text == "CSVLogger;,filename=log.csv")
      made.push_back(CSVLogger("log.csv", std::string(1, separator = ';')));
    else
      made.push_back(tools::makeCallback(text));
    options.callbacks.push_back(made.back());
  }
  auto rates = std::make_shared<Rates>();
  options.callbacks.push_back(rates);
  History history = model.fit(Dataset(toArray(data.at("x")), toArray(data.at("y"))), options);

  const bool diverges = GetParam().name() == "nan";
  EXPECT_EQ(history.epoch, data.at("epoch").get<std::vector<int>>());
  std::set<std::string> keys, expectedKeys;
  for (const auto &[key, values] : history.history)
    keys.insert(key);
  for (const auto &[key, values] : data.at("history").items()) {
    expectedKeys.insert(key);
    ASSERT_EQ(history.history[key].size(), values.size()) << key;
    for (size_t i = 0; i < values.size() && !diverges; ++i)
      EXPECT_NEAR(history.history[key][i], values[i].get<double>(), 1e-5 * (1 + std::abs(values[i].get<double>())))
          << key << " " << i;
  }
  EXPECT_EQ(keys, expectedKeys);
  ASSERT_EQ(rates->rates.size(), data.at("rates").size());
  for (size_t i = 0; i < rates->rates.size(); ++i)
    EXPECT_FLOAT_EQ(float(rates->rates[i]), data.at("rates")[i].get<float>());
  const Json &state = data.at("state");
  for (const CallbackHandle &callback : made) {
    State ours = callback->saveState();
    for (auto [keras, key] : {std::pair{"stopped_epoch", "stoppedEpoch"}, {"best_epoch", "bestEpoch"}})
      if (callback->name() == "EarlyStopping" && state.contains(keras))
        EXPECT_EQ(double(ours.integer(key)), state.at(keras).get<double>()) << keras;
    if (made.size() == 1 && ours.has("best") && state.contains("best"))
      EXPECT_NEAR(ours.number("best"), state.at("best").get<double>(), 1e-5);
  }
  std::vector<std::string> files;
  for (const auto &entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files.push_back(fs::relative(entry.path(), folder).string());
  std::sort(files.begin(), files.end());
  EXPECT_EQ(files, data.at("files").get<std::vector<std::string>>());
  for (const auto &[file, text] : data.at("texts").items())
    expectSameCsv(contentOf(folder / file), text, separator);
  std::vector<Array> after = model.getWeights();
  for (size_t i = 0; i < after.size() && !diverges; ++i)
    EXPECT_TRUE(near(after[i], data.at("after")[i], 1e-5));
  // A checkpoint is a model that can be loaded, or weights.
  for (const std::string &file : files) {
    if (file.ends_with(".weights.h5"))
      EXPECT_NO_THROW(readModel(data).loadWeights(folder / file));
    else if (!file.ends_with(".csv"))
      EXPECT_EQ(loadModel(folder / file).countParams(), 4);
  }
}

INSTANTIATE_TEST_SUITE_P(Keras, CallbacksTest, ::testing::ValuesIn(readCases("callbacks")), caseName);

} // namespace
} // namespace tenon::golden

// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/Golden.h"
#include <cmath>
#include <fstream>

namespace tenon::golden {

std::string Case::name() const { return data.at("name").get<std::string>(); }

void PrintTo(const Case &testCase, std::ostream *out) { *out << testCase.name(); }

std::vector<Case> readCases(const std::string &name) {
  const std::string path = std::string(TENON_SOURCE_DIR "/tests/golden/data/") + name + ".json";
  std::ifstream file(path);
  if (!file)
    throw std::runtime_error("cannot read " + path);
  std::vector<Case> cases;
  Json list = Json::parse(file);
  for (Json &data : list)
    cases.push_back({std::move(data)});
  return cases;
}

std::vector<Case> readCases(const std::vector<std::string> &names) {
  std::vector<Case> all;
  for (const std::string &name : names)
    for (Case &one : readCases(name))
      all.push_back(std::move(one));
  return all;
}

Array toArray(const Json &json) {
  return Array(json.at("values").get<std::vector<float>>(), json.at("shape").get<Shape>());
}

std::vector<Array> toArrays(const Json &list) {
  std::vector<Array> arrays;
  for (const Json &json : list)
    arrays.push_back(toArray(json));
  return arrays;
}

Model readModel(const Json &data) {
  Model model = modelFromJson(data.at("model").dump());
  model.setWeights(toArrays(data.at("weights")));
  return model;
}

::testing::AssertionResult near(const Array &actual, const Json &expected, double tolerance) {
  const Array golden = toArray(expected);
  if (actual.shape() != golden.shape())
    return ::testing::AssertionFailure() << "shape " << toString(actual.shape()) << ", Keras "
                                         << toString(golden.shape());
  int64_t worst = -1;
  double excess = 0;
  for (int64_t i = 0; i < golden.size(); ++i) {
    const double error = std::abs(actual.at(i) - golden.at(i)) / (1 + std::abs(golden.at(i)));
    if (!(error <= tolerance) && !(error <= excess)) {
      worst = i;
      excess = error;
    }
  }
  if (worst < 0)
    return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "element " << worst << " of shape " << toString(golden.shape()) << ": "
                                       << actual.at(worst) << ", Keras " << golden.at(worst);
}

::testing::AssertionResult nearLogs(const std::map<std::string, double> &actual, const Json &expected,
                                    double tolerance) {
  for (const auto &[name, value] : actual)
    if (!expected.contains(name))
      return ::testing::AssertionFailure() << "'" << name << "' is logged, not so by Keras";
  for (const auto &[name, value] : expected.items()) {
    const auto found = actual.find(name);
    if (found == actual.end())
      return ::testing::AssertionFailure() << "'" << name << "' is not logged";
    const double golden = value.get<double>();
    if (!(std::abs(found->second - golden) <= tolerance * (1 + std::abs(golden))))
      return ::testing::AssertionFailure() << name << ": " << found->second << ", Keras " << golden;
  }
  return ::testing::AssertionSuccess();
}

std::string caseName(const ::testing::TestParamInfo<Case> &info) {
  std::string name = info.param.name();
  for (char &letter : name)
    if (!std::isalnum(static_cast<unsigned char>(letter)))
      letter = '_';
  return name;
}

} // namespace tenon::golden

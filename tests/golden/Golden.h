// SPDX-License-Identifier: Apache-2.0
// The golden files that golden.py made with real Keras.
#pragma once
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <string>
#include <tenon/tenon.h>
#include <vector>

namespace tenon::golden {

using Json = nlohmann::json;

/// One case of a file, with its name for GoogleTest.
struct Case {
  Json data;
  std::string name() const;
};
void PrintTo(const Case &testCase, std::ostream *out);

/// The cases of data/<name>.json.
std::vector<Case> readCases(const std::string &name);
/// Those of several files, one after the other.
std::vector<Case> readCases(const std::vector<std::string> &names);
/// The files of golden_layers.py whose cases hold a layer's results and gradients.
inline const std::vector<std::string> layerFiles = {"activations", "convolutions", "merges",
                                                    "normalizations", "pools",     "recurrent", "shapes"};
/// {"shape", "values"} as float32.
Array toArray(const Json &json);
std::vector<Array> toArrays(const Json &list);
/// The case's model with the case's weights, trained with nothing yet.
Model readModel(const Json &data);

/// The same shape, and |actual - expected| <= tolerance * (1 + |expected|) everywhere; names the worst element if not.
::testing::AssertionResult near(const Array &actual, const Json &expected, double tolerance);
/// The same names, and each value within tolerance * (1 + |expected|).
::testing::AssertionResult nearLogs(const std::map<std::string, double> &actual, const Json &expected,
                                    double tolerance);

/// For INSTANTIATE_TEST_SUITE_P: a test is named after its case.
std::string caseName(const ::testing::TestParamInfo<Case> &info);

} // namespace tenon::golden

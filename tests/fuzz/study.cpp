// SPDX-License-Identifier: Apache-2.0
// A study's journal: the settings and the records, a line each, without the checksums, which random changes would not
// get past (journal_test has those).
#include "tests/fuzz/Input.h"

#include "runtime/search/StudyState.h"

#include <tenon/error.h>

#include <sstream>

using namespace tenon;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::istringstream lines(std::string(reinterpret_cast<const char *>(data), size));
  std::string line;
  search::StudyState state;
  try {
    std::getline(lines, line);
    search::toJson(search::settingsFrom(line));
    for (int64_t number = 1; std::getline(lines, line); ++number) {
      search::Record record = search::recordFrom(line);
      state.apply(record, number);
      // What was read and written again is the same.
      std::string written = search::toJson(record);
      fuzz::require(search::toJson(search::recordFrom(written)) == written, "a record is another one after writing");
    }
  } catch (const Error &) {
  }
  for (const TrialRecord &trial : state.trials())
    for (const Parameter &parameter : trial.parameters)
      fuzz::require(parameter.range.contains(parameter.value), "a parameter is out of its range");
  return 0;
}

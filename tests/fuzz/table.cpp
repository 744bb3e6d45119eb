// SPDX-License-Identifier: Apache-2.0
// CSV files, as numbers and as tables.
#include "tests/fuzz/Input.h"

#include <tenon/error.h>
#include <tenon/table.h>

#include <algorithm>

using namespace tenon;

namespace {
void readNumbers(std::string_view file, const data::CsvOptions &options) {
  fuzz::readFile(file, [&](const std::string &path) {
    const Dataset set = data::loadCsv(path, options);
    fuzz::touch(set.x(0));
    fuzz::touch(set.y(0));
    fuzz::require(set.size() > 0 && set.x(0).rowCount() == set.y(0).rowCount(), "samples and labels differ in number");
    // A plain file has no more samples than lines, and no fewer than lines that are not empty.
    if (file.substr(0, 2) == "\x1f\x8b" || options.header)
      return;
    int64_t lines = 0;
    for (size_t begin = 0; begin < file.size();) {
      const size_t end = std::min(file.find('\n', begin), file.size());
      const std::string_view line = file.substr(begin, end - begin);
      lines += !line.empty() && line != "\r";
      begin = end + 1;
    }
    fuzz::require(set.size() == lines, "a line was left out, or read as a part of another");
  });
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const std::string_view file(reinterpret_cast<const char *>(data), size);
  readNumbers(file, {});
  readNumbers(file, {.classes = 3, .header = true, .labelName = "label", .classNames = {"a", "b", "c"}});
  for (bool header : {true, false})
    fuzz::readFile(file, [&](const std::string &path) {
      const data::Table table =
          data::loadTable(path, {.header = header, .fillNumber = 0.0f, .fillText = std::string("none")});
      fuzz::touch(table.numbers());
      for (auto &column : table.columns()) {
        fuzz::require(static_cast<int64_t>(column.isText ? column.texts.size() : column.numbers.size()) ==
                          table.rowCount(),
                      "columns differ in length");
        const data::Table::Classes classes = table.classes(column.name);
        for (int32_t label : classes.labels.toVector<int32_t>())
          fuzz::require(label >= 0 && label < static_cast<int32_t>(classes.names.size()), "a label has no class");
      }
    });
  return 0;
}

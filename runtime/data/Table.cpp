// SPDX-License-Identifier: Apache-2.0
#include <tenon/table.h>

#include "runtime/data/Fields.h"
#include "runtime/data/LineReader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

namespace tenon::data {
namespace {
/// The number as a class's name: 3, not 3.000000.
std::string nameOf(float value) {
  char text[64];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

class TableReader {
public:
  TableReader(const std::string &path, const TableOptions &options) : path_(path), options_(options), lines_(path) {
    for (auto &[name, type] : options.types)
      if (type != "number" && type != "text")
        throw Error(path + ": column '" + name + "': expected the type \"number\" or \"text\", received \"" + type +
                        "\"",
                    Fault::Usage);
  }

  Table read() {
    std::vector<std::string> row;
    while (nextRow(row)) {
      if (columns_.empty())
        start(row);
      if (row.size() != columns_.size())
        fail("expected " + std::to_string(columns_.size()) + " columns as in the first, received " +
             std::to_string(row.size()));
      if (std::exchange(isHeader_, false))
        continue;
      rowLines_.push_back(first_);
      for (size_t i = 0; i < row.size(); ++i)
        columns_[i].texts.push_back(std::move(row[i]));
    }
    if (rowLines_.empty())
      throw Error(path_ + ": holds no rows");
    for (auto &[name, type] : options_.types)
      if (std::none_of(columns_.begin(), columns_.end(), [&](auto &column) { return column.name == name; }))
        throw Error(path_ + ": has no column '" + name + "', which a type was given for");
    for (auto &column : columns_)
      settle(column);
    return Table(path_, std::move(columns_), std::move(rowLines_));
  }

private:
  [[noreturn]] void fail(const std::string &message) const {
    throw Error(path_ + ", line " + std::to_string(first_) + ": " + message);
  }

  /// The fields of the next line that is not empty; a quoted field may go on over several lines.
  bool nextRow(std::vector<std::string> &row) {
    std::string line;
    do {
      if (!lines_.next(line))
        return false;
      first_ = ++line_;
    } while (line.empty());
    row.clear();
    std::string field;
    for (size_t i = 0;;) {
      field.clear();
      bool quoted = i < line.size() && line[i] == '"';
      if (quoted) {
        for (++i;; ++i) {
          while (i >= line.size()) {
            field += '\n';
            if (field.size() > (size_t(1) << 26) || !lines_.next(line))
              fail("a quoted field does not end");
            ++line_;
            i = 0;
          }
          if (line[i] == '"' && (i + 1 >= line.size() || line[i + 1] != '"'))
            break;
          i += line[i] == '"'; // two quotes are one
          field += line[i];
        }
        ++i;
        if (i < line.size() && line[i] != options_.separator)
          fail("column " + std::to_string(row.size() + 1) + ": something follows the closing quote");
      } else {
        size_t end = std::min(line.find(options_.separator, i), line.size());
        field = line.substr(i, end - i);
        i = end;
        size_t begin = field.find_first_not_of(" \t"), last = field.find_last_not_of(" \t");
        field = begin == std::string::npos ? "" : field.substr(begin, last - begin + 1);
      }
      row.push_back(field);
      if (i >= line.size())
        return true;
      ++i; // the separator
    }
  }

  void start(const std::vector<std::string> &row) {
    isHeader_ = options_.header;
    std::set<std::string> names;
    for (size_t i = 0; i < row.size(); ++i) {
      Table::Column column;
      column.name = options_.header ? row[i] : std::to_string(i);
      if (!names.insert(column.name).second)
        fail("two columns are named '" + column.name + "'");
      columns_.push_back(std::move(column));
    }
  }

  bool isMissing(const std::string &value) const {
    return std::find(options_.missing.begin(), options_.missing.end(), value) != options_.missing.end();
  }

  /// Decides the column's type and converts or fills its values.
  void settle(Table::Column &column) const {
    auto given = options_.types.find(column.name);
    column.isText = given != options_.types.end()
                        ? given->second == "text"
                        : !std::all_of(column.texts.begin(), column.texts.end(),
                                       [&](const std::string &value) { return isMissing(value) || numberIn(value); });
    for (size_t row = 0; row < column.texts.size(); ++row) {
      std::string &value = column.texts[row];
      auto fail = [&](const std::string &message) {
        throw Error(path_ + ", line " + std::to_string(rowLines_[row]) + ": column '" + column.name + "': " + message);
      };
      if (isMissing(value)) {
        if (column.isText ? !options_.fillText : !options_.fillNumber)
          fail(value.empty() ? "the value is missing" : "the value is missing ('" + value + "')");
        if (column.isText)
          value = *options_.fillText;
        else
          column.numbers.push_back(*options_.fillNumber);
        continue;
      }
      if (column.isText)
        continue;
      std::optional<float> number = numberIn(value);
      if (!number)
        fail("expected a number, received '" + value.substr(0, 40) + "'");
      column.numbers.push_back(*number);
    }
    if (!column.isText)
      column.texts = {};
  }

  const std::string &path_;
  const TableOptions &options_;
  LineReader lines_;
  std::vector<Table::Column> columns_;
  std::vector<int64_t> rowLines_;
  int64_t line_ = 0, first_ = 0; // lines read, and the first of the current row
  bool isHeader_ = false;
};
} // namespace

Table::Table(std::string path, std::vector<Column> columns, std::vector<int64_t> lines)
    : path_(std::move(path)), columns_(std::move(columns)), lines_(std::move(lines)) {}

const Table::Column &Table::at(const std::string &name) const {
  std::vector<std::string> names;
  for (auto &column : columns_) {
    if (column.name == name)
      return column;
    names.push_back(column.name);
  }
  throw Error(path_ + ": has no column '" + name + "', it has " + quotedList(names));
}

Array Table::numbers(const std::vector<std::string> &names) const {
  std::vector<const Column *> chosen;
  for (auto &name : names) {
    chosen.push_back(&at(name));
    if (chosen.back()->isText)
      throw Error(path_ + ": column '" + name + "' holds texts, expected numbers; classes() numbers them");
  }
  if (names.empty())
    for (auto &column : columns_)
      if (!column.isText)
        chosen.push_back(&column);
  Array result({rowCount(), static_cast<int64_t>(chosen.size())}, DType::F32);
  float *to = result.data<float>();
  for (size_t row = 0; row < lines_.size(); ++row)
    for (const Column *column : chosen)
      *to++ = column->numbers[row];
  return result;
}

Table::Classes Table::classes(const std::string &name, std::vector<std::string> names) const {
  const Column &column = at(name);
  auto valueOf = [&](size_t row) { return column.isText ? column.texts[row] : nameOf(column.numbers[row]); };
  if (names.empty()) {
    if (column.isText) {
      std::set<std::string> values(column.texts.begin(), column.texts.end());
      names.assign(values.begin(), values.end());
    } else {
      for (float value : std::set<float>(column.numbers.begin(), column.numbers.end()))
        names.push_back(nameOf(value));
    }
  }
  std::map<std::string, int32_t> numbers;
  for (size_t i = 0; i < names.size(); ++i)
    numbers.emplace(names[i], static_cast<int32_t>(i));
  Classes result{Array({rowCount()}, DType::I32), names};
  for (size_t row = 0; row < lines_.size(); ++row) {
    auto found = numbers.find(valueOf(row));
    if (found == numbers.end())
      throw Error(path_ + ", line " + std::to_string(lines_[row]) + ": column '" + name + "': expected one of " +
                  quotedList(names) + ", received '" + valueOf(row).substr(0, 40) + "'");
    result.labels.data<int32_t>()[row] = found->second;
  }
  return result;
}

Table loadTable(const std::string &path, const TableOptions &options) { return TableReader(path, options).read(); }

} // namespace tenon::data

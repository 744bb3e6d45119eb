// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_TABLE_H
#define TENON_TABLE_H

#include <tenon/data.h>

#include <map>
#include <optional>

namespace tenon::data {

struct TableOptions {
  char separator = ',';
  bool header = true; ///< the first line holds the columns' names; otherwise they are "0", "1", ...
  /// "number" or "text" for columns by name; others hold numbers when all their values are such.
  std::map<std::string, std::string> types = {};
  std::vector<std::string> missing = {"", "NA", "N/A", "NaN", "nan", "null", "?"}; ///< values that mean there is none
  std::optional<float> fillNumber = {};     ///< stands for a missing number; without it one is an Error
  std::optional<std::string> fillText = {}; ///< the same for texts
};

/// Named columns of numbers or texts.
class Table {
public:
  struct Column {
    std::string name;
    bool isText = false;
    std::vector<float> numbers; // one of the two
    std::vector<std::string> texts;
  };
  /// Labels of a column, and the classes they stand for.
  struct Classes {
    Array labels; ///< int32 (n,)
    std::vector<std::string> names;
  };

  Table(std::string path, std::vector<Column> columns, std::vector<int64_t> lines);
  int64_t rowCount() const { return static_cast<int64_t>(lines_.size()); }
  const std::vector<Column> &columns() const { return columns_; }
  /// An Error that lists the columns when there is none of that name.
  const Column &at(const std::string &name) const;

  /// Columns of numbers beside each other, float32 (n, columns); empty: all of numbers. An Error names one of texts.
  Array numbers(const std::vector<std::string> &names = {}) const;
  /// A column as classes: texts by their position in `names`, whole numbers by their value's; without names by all
  /// values there are, sorted. An Error names the line of a value that is not among them.
  Classes classes(const std::string &name, std::vector<std::string> names = {}) const;

private:
  std::string path_;
  std::vector<Column> columns_;
  std::vector<int64_t> lines_; // of the rows, for errors
};

/// Reads a CSV file, gzip-compressed or not, with fields quoted as in RFC 4180. An Error names the file, the line and
/// the column: another number of fields than in the first line, a number that is none, a missing value.
Table loadTable(const std::string &path, const TableOptions &options = {});

} // namespace tenon::data
#endif // TENON_TABLE_H

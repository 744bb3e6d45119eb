// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_STATE_H
#define TENON_STATE_H

#include <tenon/array.h>

#include <map>
#include <string>
#include <vector>

namespace tenon {

struct Container;

/// What a checkpoint keeps: texts, numbers (bit for bit) and arrays by key. The keys of a part begin with its name and
/// a slash.
class State {
public:
  bool empty() const { return texts_.empty() && arrays_.empty(); }
  bool has(const std::string &key) const { return texts_.count(key) || arrays_.count(key); }

  void set(const std::string &key, const std::string &text) { texts_[key] = text; }
  void set(const std::string &key, const char *text) { texts_[key] = text; }
  void set(const std::string &key, double number);
  void set(const std::string &key, int64_t number) { texts_[key] = std::to_string(number); }
  void set(const std::string &key, int number) { set(key, int64_t(number)); }
  void set(const std::string &key, const std::vector<double> &numbers);
  /// Shares the elements.
  void set(const std::string &key, Array array) { arrays_[key] = std::move(array); }
  /// Puts a part under its name.
  void set(const std::string &part, const State &state);

  /// Each an Error that names the key when there is no such value.
  const std::string &text(const std::string &key) const;
  double number(const std::string &key) const;
  int64_t integer(const std::string &key) const;
  std::vector<double> numbers(const std::string &key) const;
  const Array &array(const std::string &key) const;
  /// The part of that name; empty when there is none.
  State part(const std::string &name) const;

  const std::map<std::string, std::string> &texts() const { return texts_; }
  const std::map<std::string, Array> &arrays() const { return arrays_; }

  /// As a file's content and back (the arrays as variables).
  Container toContainer() const;
  static State fromContainer(const Container &container);

private:
  std::map<std::string, std::string> texts_;
  std::map<std::string, Array> arrays_;
};

} // namespace tenon
#endif // TENON_STATE_H

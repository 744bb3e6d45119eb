// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_AXES_H
#define TENON_AXES_H

#include <cstdint>
#include <initializer_list>
#include <vector>

namespace tenon {

/// Axes of a value, negative ones from its end: one, `0`, or a list, `{0, 1, 2}`.
class Axes {
public:
  /// None.
  Axes() = default;
  Axes(int64_t axis) : list_{axis} {}
  Axes(int axis) : list_{axis} {}
  Axes(std::initializer_list<int64_t> axes) : list_(axes), isList_(true) {}
  explicit Axes(std::vector<int64_t> axes) : list_(std::move(axes)), isList_(true) {}
  const std::vector<int64_t> &list() const { return list_; }
  /// Was it given as a list? (Keras's JSON keeps a list of one apart from one.)
  bool isList() const { return isList_; }
  friend bool operator==(const Axes &, const Axes &) = default;

private:
  std::vector<int64_t> list_;
  bool isList_ = false;
};

} // namespace tenon
#endif // TENON_AXES_H

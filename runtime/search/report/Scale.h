// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_REPORT_SCALE_H
#define TENON_RUNTIME_SEARCH_REPORT_SCALE_H

#include <string>
#include <vector>

namespace tenon::search {

struct Tick {
  double value;
  std::string label;
};

/// An axis: from numbers to places of the picture.
class Scale {
public:
  /// `low` and `high` are the ends; equal ones are moved apart.
  Scale(double low, double high, bool log);
  /// Of values with a little room on both sides; in the logarithm when all are above 0 and the largest is a hundred
  /// times the smallest.
  static Scale of(const std::vector<double> &values);

  /// Where the ends lie in the picture.
  Scale &between(double from, double to);
  double place(double value) const;
  bool log() const { return log_; }
  double low() const { return low_; }
  double high() const { return high_; }
  /// Round numbers inside, about `count` of them; whole ones when asked for.
  std::vector<Tick> ticks(int count, bool whole = false) const;

private:
  std::vector<Tick> linearTicks(int count, bool whole) const;
  double low_, high_, from_ = 0, to_ = 1;
  bool log_;
};

/// The widest label, in pixels.
double widestOf(const std::vector<Tick> &ticks);

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_REPORT_SCALE_H

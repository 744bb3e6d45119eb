// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_TRAINING_H
#define TENON_TRAINING_H

#include <concepts>
#include <map>
#include <string>
#include <tenon/losses.h>
#include <tenon/metrics.h>
#include <tenon/optimizers.h>
#include <tenon/trainer.h>
#include <vector>

namespace tenon {

/// One value for all, a list with one entry per output, or entries by output name:
/// `"mse"`, `{"mse", "mae"}`, `{{"age", "mse"}, {"income", "mae"}}`.
template <typename T> class OneOrMany {
public:
  OneOrMany() = default;
  template <std::convertible_to<T> U> OneOrMany(const U &value) : values_{T(value)}, single_(true) {}
  OneOrMany(std::initializer_list<T> list) : values_(list) {}
  OneOrMany(std::vector<T> list) : values_(std::move(list)) {}
  OneOrMany(std::initializer_list<std::pair<std::string, T>> named) {
    for (const auto &[name, value] : named)
      insert(name, value);
  }
  OneOrMany(const std::map<std::string, T> &named) {
    for (const auto &[name, value] : named)
      insert(name, value);
  }

  bool empty() const { return values_.empty(); }
  /// Given as a value and not as a list or by name.
  bool isSingle() const { return single_; }
  /// Empty unless given by name.
  const std::vector<std::string> &names() const { return names_; }
  const std::vector<T> &values() const { return values_; }

private:
  void insert(const std::string &name, const T &value) {
    names_.push_back(name);
    values_.push_back(value);
  }
  std::vector<std::string> names_;
  std::vector<T> values_;
  bool single_ = false;
};

/// Metrics of the outputs: one or a list for a model of one output (`"accuracy"`, `{"accuracy", "mse"}`); for several a
/// list with one entry per output or entries by output name, each one metric or several:
/// `{{"age", "mse"}, {"income", {"accuracy", "mse"}}}`.
class Metrics {
public:
  /// A metric, several, or (`{"age", "mse"}`) an output's name and its metrics: what the first word is shows once the
  /// outputs are known.
  struct Entry {
    template <std::convertible_to<Metric> U> Entry(const U &metric) : metrics{Metric(metric)} {}
    Entry(std::initializer_list<Metric> list) : metrics(list) {}
    Entry(std::vector<Metric> list) : metrics(std::move(list)) {}
    Entry(std::string output, std::initializer_list<Metric> list) : output(std::move(output)), metrics(list) {}
    Entry(std::string output, std::vector<Metric> list) : output(std::move(output)), metrics(std::move(list)) {}
    std::string output; // "": by position
    std::vector<Metric> metrics;
  };
  Metrics() = default;
  template <std::convertible_to<Metric> U> Metrics(const U &metric) : entries_{Entry(metric)} {}
  Metrics(std::initializer_list<Entry> entries) : entries_(entries) {}
  Metrics(std::vector<Entry> entries) : entries_(std::move(entries)) {}

  const std::vector<Entry> &entries() const { return entries_; }
  /// The metrics of every output, in order. An Error that starts with `model` when names or counts do not fit.
  std::vector<std::vector<Metric>> resolve(const std::vector<std::string> &outputs, const std::string &model) const;

private:
  std::vector<Entry> entries_;
};

/// Keras's compile arguments, in Keras's order.
struct CompileOptions {
  Optimizer optimizer = "rmsprop";
  /// Required: one per output, or one for all.
  OneOrMany<Loss> loss = {};
  /// What each output's loss counts in the total; 1 by default.
  OneOrMany<double> lossWeights = {};
  Metrics metrics = {};
  /// Metrics in which sample weights and class weights count.
  Metrics weightedMetrics = {};
  /// Batches between two calls of the callbacks' batch hooks.
  int stepsPerExecution = 1;
};

/// Loss and metrics of an evaluation, by name and in Keras's order.
class Scores {
public:
  Scores() = default;
  explicit Scores(std::vector<std::pair<std::string, double>> values) : values_(std::move(values)) {}
  /// An Error that lists the names there are when there is none of that name.
  double operator[](const std::string &name) const;
  double operator[](const char *name) const { return (*this)[std::string(name)]; }
  /// The loss, when nothing else was asked for; an Error otherwise.
  operator double() const;
  /// By name, sorted: what Keras's evaluate gives with return_dict.
  std::map<std::string, double> dict() const { return {values_.begin(), values_.end()}; }
  size_t size() const { return values_.size(); }
  auto begin() const { return values_.begin(); }
  auto end() const { return values_.end(); }

private:
  std::vector<std::pair<std::string, double>> values_;
};

/// What predict gives: one array per output.
class Predictions {
public:
  Predictions(std::vector<std::string> names, std::vector<Array> arrays)
      : names_(std::move(names)), arrays_(std::move(arrays)) {}
  /// The array of a model with one output; an Error when it has several.
  operator Array() const;
  const Array &operator[](int index) const { return arrays_.at(static_cast<size_t>(index)); }
  /// By the output's name; an Error that lists the names when there is none of that name.
  const Array &operator[](const char *name) const;
  size_t size() const { return arrays_.size(); }
  const std::vector<std::string> &names() const { return names_; }
  const std::vector<Array> &arrays() const { return arrays_; }

private:
  std::vector<std::string> names_;
  std::vector<Array> arrays_;
};

/// How many threads models use that are compiled or first called from now on, 0 for one per core. Results do not depend
/// on it.
void setThreads(int threads);

} // namespace tenon
#endif // TENON_TRAINING_H

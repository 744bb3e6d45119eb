// SPDX-License-Identifier: Apache-2.0
#include <tenon/state.h>

#include <tenon/container.h>
#include <tenon/error.h>

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace tenon {
namespace {
// A number is kept as the hexadecimal digits of its bits: a NaN keeps its payload too.
constexpr size_t kDigits = 16;

[[noreturn]] void missing(const std::string &key, const char *what) {
  throw Error("the saved state holds no " + std::string(what) + " '" + key + "'");
}

std::string under(const std::string &part) { return part + "/"; }

template <typename Value>
void copyPart(const std::map<std::string, Value> &from, const std::string &prefix, std::map<std::string, Value> &to) {
  for (auto entry = from.lower_bound(prefix); entry != from.end() && entry->first.rfind(prefix, 0) == 0; ++entry)
    to[entry->first.substr(prefix.size())] = entry->second;
}
} // namespace

void State::set(const std::string &key, double number) { set(key, std::vector<double>{number}); }

void State::set(const std::string &key, const std::vector<double> &numbers) {
  std::string &text = texts_[key];
  text.clear();
  for (double number : numbers) {
    uint64_t bits;
    std::memcpy(&bits, &number, sizeof bits);
    char digits[kDigits + 1];
    std::snprintf(digits, sizeof digits, "%016" PRIx64, bits);
    text += digits;
  }
}

void State::set(const std::string &part, const State &state) {
  for (auto &[key, text] : state.texts_)
    texts_[under(part) + key] = text;
  for (auto &[key, array] : state.arrays_)
    arrays_[under(part) + key] = array;
}

const std::string &State::text(const std::string &key) const {
  auto found = texts_.find(key);
  if (found == texts_.end())
    missing(key, "value");
  return found->second;
}

double State::number(const std::string &key) const {
  std::vector<double> found = numbers(key);
  if (found.size() != 1)
    missing(key, "number");
  return found[0];
}

std::vector<double> State::numbers(const std::string &key) const {
  const std::string &digits = text(key);
  if (digits.size() % kDigits || digits.find_first_not_of("0123456789abcdef") != std::string::npos)
    missing(key, "numbers");
  std::vector<double> numbers(digits.size() / kDigits);
  for (size_t i = 0; i < numbers.size(); ++i) {
    uint64_t bits = std::strtoull(digits.substr(i * kDigits, kDigits).c_str(), nullptr, 16);
    std::memcpy(&numbers[i], &bits, sizeof bits);
  }
  return numbers;
}

int64_t State::integer(const std::string &key) const {
  const std::string &digits = text(key);
  char *end = nullptr;
  errno = 0;
  long long number = std::strtoll(digits.c_str(), &end, 10);
  if (digits.empty() || *end || errno)
    missing(key, "whole number");
  return number;
}

const Array &State::array(const std::string &key) const {
  auto found = arrays_.find(key);
  if (found == arrays_.end())
    missing(key, "array");
  return found->second;
}

State State::part(const std::string &name) const {
  State result;
  copyPart(texts_, under(name), result.texts_);
  copyPart(arrays_, under(name), result.arrays_);
  return result;
}

Container State::toContainer() const {
  Container container;
  container.producer = "tenon";
  container.training = texts_;
  for (auto &[key, array] : arrays_)
    container.variables.push_back({key, VariableKind::Hyper, false, array});
  return container;
}

State State::fromContainer(const Container &container) {
  State state;
  state.texts_ = container.training;
  for (const StoredVariable &variable : container.variables)
    state.arrays_[variable.name] = variable.value;
  return state;
}

} // namespace tenon

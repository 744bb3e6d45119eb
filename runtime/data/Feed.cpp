// SPDX-License-Identifier: Apache-2.0
#include <tenon/data.h>

#include <tenon/error.h>

namespace tenon {
namespace {
std::string list(const std::vector<std::string> &names) {
  std::string text;
  for (auto &name : names)
    text += (text.empty() ? "'" : ", '") + name + "'";
  return text;
}
} // namespace

Feed::Feed(std::initializer_list<std::pair<std::string, Array>> named) {
  for (auto &[name, array] : named) {
    names_.push_back(name);
    arrays_.push_back(array);
  }
}

Feed::Feed(const std::map<std::string, Array> &named) {
  for (auto &[name, array] : named) {
    names_.push_back(name);
    arrays_.push_back(array);
  }
}

const Array &Feed::at(const std::string &name) const {
  for (size_t i = 0; i < names_.size(); ++i)
    if (names_[i] == name)
      return arrays_[i];
  throw Error("there is no array '" + name + "' among " + list(names_));
}

std::vector<Array> Feed::resolve(const std::vector<std::string> &expected, const std::string &what) const {
  if (arrays_.size() != expected.size())
    throw Error(what + ": expected " + std::to_string(expected.size()) +
                (expected.size() == 1 ? " array (" : " arrays (") + list(expected) + "), received " +
                std::to_string(arrays_.size()));
  if (names_.empty())
    return arrays_;
  std::vector<Array> result;
  for (auto &name : expected) {
    size_t i = 0;
    while (i < names_.size() && names_[i] != name)
      ++i;
    if (i == names_.size())
      throw Error(what + ": expected an array named '" + name + "', received " + list(names_));
    result.push_back(arrays_[i]);
  }
  return result;
}

} // namespace tenon

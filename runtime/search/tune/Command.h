// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_TUNE_COMMAND_H
#define TENON_RUNTIME_SEARCH_TUNE_COMMAND_H

#include "runtime/search/tune/Parameters.h"

namespace tenon::search {

/// A program and its arguments with places for parameters: "prog --lr {lr} -o 'a b' {{". It is split as a shell splits
/// (blanks, '...', "...", \), but no shell reads it: a value is never split or taken for anything but text.
class Command {
public:
  /// A Usage Error for quotes that do not end, for what only a shell would understand, for a place without a parameter
  /// and a parameter without a place.
  Command(const std::string &text, const std::vector<NamedRange> &parameters);

  /// The words with the values in their places.
  std::vector<std::string> words(const std::map<std::string, std::string> &values) const;
  /// A Usage Error when there is no such program. One that a parameter chooses is not looked for.
  void checkProgram() const;

private:
  /// A piece of a word: text, or the name of a parameter.
  struct Piece {
    std::string text;
    bool isPlace = false;
  };
  void addPlaces(const std::string &text, const std::vector<NamedRange> &parameters);
  std::vector<std::vector<Piece>> words_;
};

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_TUNE_COMMAND_H

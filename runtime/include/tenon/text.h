// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_TEXT_H
#define TENON_TEXT_H

#include <tenon/array.h>

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace tenon::data {

/// The arguments of Keras's Tokenizer.
struct TokenizerOptions {
  int64_t numWords = 0; ///< only words of an index below it are used, that is the numWords - 1 most frequent; 0: all
  std::string filters = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n"; ///< characters that separate words like `split`
  bool lower = true;
  std::string split = " ";
  bool charLevel = false;    ///< every character is a word
  std::string oovToken = {}; ///< gets index 1 and stands for words that are not known; empty: those are left out
};

/// Turns texts (UTF-8) into sequences of word numbers, as Keras's Tokenizer does: 1 is the most frequent word of the
/// texts it was fitted on, among equals the one that came first; 0 is no word. Lower case is Unicode's, character by
/// character. An Error names the text that is no UTF-8.
class Tokenizer {
public:
  explicit Tokenizer(TokenizerOptions options = {});

  /// Counts the words of these texts, beside those of texts before.
  void fitOnTexts(const std::vector<std::string> &texts);
  std::vector<std::vector<int32_t>> textsToSequences(const std::vector<std::string> &texts) const;
  /// The words of known numbers, with blanks between them.
  std::vector<std::string> sequencesToTexts(const std::vector<std::vector<int32_t>> &sequences) const;
  /// One row per sequence with a column per word number, (n, numWords or words + 1), float32: "binary", "count", "freq"
  /// (the share of the sequence) or "tfidf".
  Array sequencesToMatrix(const std::vector<std::vector<int32_t>> &sequences, const std::string &mode = "binary") const;
  Array textsToMatrix(const std::vector<std::string> &texts, const std::string &mode = "binary") const {
    return sequencesToMatrix(textsToSequences(texts), mode);
  }

  const TokenizerOptions &options() const { return options_; }
  /// Word to number.
  const std::unordered_map<std::string, int32_t> &wordIndex() const { return index_; }
  /// The words by number, from 1; words()[0] is number 1.
  const std::vector<std::string> &words() const { return words_; }
  int64_t documentCount() const { return documents_; }

  /// Keras's Tokenizer.to_json, which its tokenizer_from_json reads, and the other way round. An Error says what is
  /// missing.
  std::string toJson() const;
  static Tokenizer fromJson(const std::string &json);
  /// The same in a file, written under a temporary name that is given up when writing fails.
  void save(const std::string &path) const;
  static Tokenizer load(const std::string &path);

private:
  std::vector<std::string> wordsOf(const std::string &text, size_t number) const;
  void makeIndex();

  struct Count {
    int64_t words = 0, documents = 0;
  };
  TokenizerOptions options_;
  int64_t documents_ = 0;
  std::vector<std::string> seen_; // in the order in which they came
  std::unordered_map<std::string, Count> counts_;
  std::vector<std::string> words_;
  std::unordered_map<std::string, int32_t> index_;
};

/// A JSON file of {"word": number, ...}, as imdb_word_index.json (whose numbers loadImdb's sequences exceed by
/// indexFrom). An Error names the file, and the word whose value is no number.
std::map<std::string, int32_t> loadWordIndex(const std::string &path);

} // namespace tenon::data
#endif // TENON_TEXT_H

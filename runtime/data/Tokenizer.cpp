// SPDX-License-Identifier: Apache-2.0
#include <tenon/text.h>

#include "runtime/File.h"
#include "runtime/WholeNumber.h"
#include "runtime/data/Utf8.h"

#include <tenon/error.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

namespace tenon::data {
namespace {
using Json = nlohmann::ordered_json;

Json parse(std::string_view text, const std::string &what) {
  try {
    // Depth is limited before the parser recurses.
    int depth = 0;
    return Json::parse(text, [&](int level, Json::parse_event_t, Json &) {
      if ((depth = std::max(depth, level)) > 64)
        throw Error(what + ": is nested too deep");
      return true;
    });
  } catch (const nlohmann::json::exception &error) {
    throw Error(what + ": is no JSON: " + error.what());
  }
}
} // namespace

Tokenizer::Tokenizer(TokenizerOptions options) : options_(std::move(options)) {
  if (options_.numWords < 0)
    throw Error("Tokenizer: expected numWords of at least 0, received " + std::to_string(options_.numWords),
                Fault::Usage);
  if (options_.split.empty())
    throw Error("Tokenizer: expected a split of at least one character", Fault::Usage);
}

std::vector<std::string> Tokenizer::wordsOf(const std::string &text, size_t number) const {
  std::u32string characters = fromUtf8(text, "Tokenizer: text " + std::to_string(number));
  if (options_.lower)
    std::transform(characters.begin(), characters.end(), characters.begin(), lowerCase);
  std::vector<std::string> words;
  if (options_.charLevel) {
    for (char32_t character : characters)
      words.push_back(toUtf8({&character, 1}));
    return words;
  }
  const std::u32string filters = fromUtf8(options_.filters, "Tokenizer: filters"),
                       split = fromUtf8(options_.split, "Tokenizer: split");
  std::u32string word;
  auto finish = [&] {
    if (!word.empty())
      words.push_back(toUtf8(word));
    word.clear();
  };
  for (size_t i = 0; i < characters.size();) {
    if (filters.find(characters[i]) != std::u32string::npos) {
      finish();
      ++i;
    } else if (characters.compare(i, split.size(), split) == 0) {
      finish();
      i += split.size();
    } else {
      word += characters[i++];
    }
  }
  finish();
  return words;
}

void Tokenizer::fitOnTexts(const std::vector<std::string> &texts) {
  for (size_t i = 0; i < texts.size(); ++i) {
    std::vector<std::string> words = wordsOf(texts[i], i);
    ++documents_;
    for (auto &word : words) {
      auto [entry, isNew] = counts_.try_emplace(word);
      if (isNew)
        seen_.push_back(word);
      ++entry->second.words;
    }
    for (auto &word : std::set<std::string>(words.begin(), words.end()))
      ++counts_[word].documents;
  }
  makeIndex();
}

void Tokenizer::makeIndex() {
  words_.clear();
  if (!options_.oovToken.empty())
    words_.push_back(options_.oovToken);
  words_.insert(words_.end(), seen_.begin(), seen_.end());
  std::stable_sort(words_.end() - static_cast<ptrdiff_t>(seen_.size()), words_.end(),
                   [&](auto &a, auto &b) { return counts_.at(a).words > counts_.at(b).words; });
  index_.clear();
  for (size_t i = 0; i < words_.size(); ++i)
    index_[words_[i]] = static_cast<int32_t>(i + 1);
}

std::vector<std::vector<int32_t>> Tokenizer::textsToSequences(const std::vector<std::string> &texts) const {
  auto unknown = options_.oovToken.empty() ? index_.end() : index_.find(options_.oovToken);
  std::vector<std::vector<int32_t>> sequences;
  for (size_t i = 0; i < texts.size(); ++i) {
    auto &sequence = sequences.emplace_back();
    for (auto &word : wordsOf(texts[i], i)) {
      auto found = index_.find(word);
      if (found != index_.end() && options_.numWords && found->second >= options_.numWords)
        found = index_.end();
      if (found == index_.end())
        found = unknown;
      if (found != index_.end())
        sequence.push_back(found->second);
    }
  }
  return sequences;
}

std::vector<std::string> Tokenizer::sequencesToTexts(const std::vector<std::vector<int32_t>> &sequences) const {
  std::vector<std::string> texts;
  for (auto &sequence : sequences) {
    std::string &text = texts.emplace_back();
    for (int64_t number : sequence) {
      const bool known = number >= 1 && number <= static_cast<int64_t>(words_.size()) &&
                         !(options_.numWords && number >= options_.numWords);
      if (known || !options_.oovToken.empty())
        text += (text.empty() ? "" : " ") + (known ? words_[static_cast<size_t>(number - 1)] : options_.oovToken);
    }
  }
  return texts;
}

Array Tokenizer::sequencesToMatrix(const std::vector<std::vector<int32_t>> &sequences, const std::string &mode) const {
  if (mode != "binary" && mode != "count" && mode != "freq" && mode != "tfidf")
    throw Error("Tokenizer: expected mode \"binary\", \"count\", \"freq\" or \"tfidf\", received \"" + mode + "\"",
                Fault::Usage);
  if (words_.empty() && (options_.numWords == 0 || mode == "tfidf"))
    throw Error("Tokenizer: call fitOnTexts() first, or give numWords", Fault::Usage);
  int64_t columns = options_.numWords ? options_.numWords : static_cast<int64_t>(words_.size()) + 1;
  Array matrix({static_cast<int64_t>(sequences.size()), columns}, DType::F32);
  float *row = matrix.data<float>();
  for (auto &sequence : sequences) {
    for (int64_t number : sequence)
      if (number >= 0 && number < columns)
        ++row[number];
    for (int64_t i = 0; i < columns; ++i) {
      if (row[i] == 0)
        continue;
      double count = row[i];
      if (mode == "binary") {
        row[i] = 1;
      } else if (mode == "freq") {
        row[i] = static_cast<float>(count / static_cast<double>(sequence.size()));
      } else if (mode == "tfidf") {
        auto found =
            i >= 1 && i <= static_cast<int64_t>(words_.size()) ? counts_.find(words_[size_t(i - 1)]) : counts_.end();
        auto containing = static_cast<double>(found == counts_.end() ? 0 : found->second.documents);
        row[i] = static_cast<float>((1 + std::log(count)) *
                                    std::log(1 + static_cast<double>(documents_) / (1 + containing)));
      }
    }
    row += columns;
  }
  return matrix;
}

std::string Tokenizer::toJson() const {
  Json counts = Json::object(), documents = counts, indexDocuments = counts, index = counts, words = counts;
  for (auto &word : seen_) {
    counts[word] = counts_.at(word).words;
    documents[word] = counts_.at(word).documents;
  }
  for (size_t i = 0; i < words_.size(); ++i) {
    index[words_[i]] = i + 1;
    words[std::to_string(i + 1)] = words_[i];
    if (auto found = counts_.find(words_[i]); found != counts_.end())
      indexDocuments[std::to_string(i + 1)] = found->second.documents;
  }
  Json config = {{"num_words", nullptr},        {"filters", options_.filters},      {"lower", options_.lower},
                 {"split", options_.split},     {"char_level", options_.charLevel}, {"oov_token", nullptr},
                 {"document_count", documents_}};
  if (options_.numWords)
    config["num_words"] = options_.numWords;
  if (!options_.oovToken.empty())
    config["oov_token"] = options_.oovToken;
  // Keras has the tables as JSON texts inside.
  config["word_counts"] = counts.dump(-1, ' ', true);
  config["word_docs"] = documents.dump(-1, ' ', true);
  config["index_docs"] = indexDocuments.dump(-1, ' ', true);
  config["index_word"] = words.dump(-1, ' ', true);
  config["word_index"] = index.dump(-1, ' ', true);
  return Json{{"class_name", "Tokenizer"}, {"config", config}}.dump(-1, ' ', true);
}

namespace {
Tokenizer read(std::string_view text, const std::string &what,
               const std::function<Tokenizer(TokenizerOptions, const Json &, const Json &, int64_t)> &make) {
  Json root = parse(text, what);
  try {
    if (root.at("class_name") != "Tokenizer")
      throw Error(what + ": is no Tokenizer, its class_name is " + root.at("class_name").dump());
    const Json &config = root.at("config");
    TokenizerOptions options{.filters = config.at("filters"),
                             .lower = config.at("lower"),
                             .split = config.at("split"),
                             .charLevel = config.at("char_level")};
    if (!config.at("num_words").is_null())
      options.numWords = wholeNumber<int64_t>(config.at("num_words"));
    if (!config.at("oov_token").is_null())
      options.oovToken = config.at("oov_token");
    Json counts = parse(config.at("word_counts").get_ref<const std::string &>(), what + ", word_counts");
    Json documents = parse(config.at("word_docs").get_ref<const std::string &>(), what + ", word_docs");
    return make(std::move(options), counts, documents, wholeNumber<int64_t>(config.at("document_count")));
  } catch (const nlohmann::json::exception &error) {
    throw Error(what + ": is no Tokenizer's JSON: " + error.what());
  }
}
} // namespace

Tokenizer Tokenizer::fromJson(const std::string &json) {
  return read(json, "Tokenizer",
              [](TokenizerOptions options, const Json &counts, const Json &documents, int64_t total) {
                Tokenizer tokenizer(std::move(options));
                tokenizer.documents_ = total;
                for (auto &[word, count] : counts.items()) {
                  tokenizer.seen_.push_back(word);
                  auto in = documents.find(word);
                  tokenizer.counts_[word] = {wholeNumber<int64_t>(count), in == documents.end() ? 0 : wholeNumber<int64_t>(*in)};
                }
                tokenizer.makeIndex();
                return tokenizer;
              });
}

void Tokenizer::save(const std::string &path) const {
  FileWriter file(path);
  file.write(toJson() + "\n");
  file.close();
}

Tokenizer Tokenizer::load(const std::string &path) {
  try {
    return fromJson(std::string(mapFile(path).bytes()));
  } catch (const Error &error) {
    throw Error(std::string(error.what()).rfind(path, 0) == 0 ? error.what() : path + ": " + error.what(),
                error.fault());
  }
}

std::map<std::string, int32_t> loadWordIndex(const std::string &path) {
  Json root = parse(mapFile(path).bytes(), path);
  if (!root.is_object())
    throw Error(path + ": expected {\"word\": number, ...}, received " + std::string(root.type_name()));
  std::map<std::string, int32_t> index;
  for (auto &[word, number] : root.items()) {
    if (!number.is_number_integer() || number < 0 || number > INT32_MAX)
      throw Error(path + ": word '" + word + "': expected a whole number, received " + number.dump());
    index.emplace(word, number.get<int32_t>());
  }
  return index;
}

} // namespace tenon::data

// SPDX-License-Identifier: Apache-2.0
// Tells the language of a word from its letters, on word lists that ship in Debian packages.
//   languages [--words DIR] [--epochs N] [--per-language N] [--save NAME] [WORD...]
// Prints the accuracy on words held out, and the language of each WORD. --save keeps NAME.tenon, the numbers of the letters
// in NAME.json, the held out words in NAME.npz (for tenon evaluate) and TensorBoard's files in NAME.logs.
#include <tenon/tenon.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>

using namespace tenon;

namespace {
const struct Language {
  std::string name, file, package;
} kLanguages[] = {{"English", "american-english", "wamerican"},
                  {"French", "french", "wfrench"},
                  {"German", "ngerman", "wngerman"},
                  {"Italian", "italian", "witalian"},
                  {"Spanish", "spanish", "wspanish"}};
const std::string kUsage = "usage: languages [--words DIR] [--epochs N] [--per-language N] [--save NAME] [WORD...]";
constexpr int64_t kLength = 20; // letters; of longer words the last ones

struct Arguments {
  std::string words = "/usr/share/dict", save;
  int epochs = 6, perLanguage = 20000;
  std::vector<std::string> ask;
};

/// A list's words of four letters and more, without apostrophes; those with capitals are mostly names and German nouns.
std::vector<std::string> readWords(const std::string &folder, const Language &language) {
  const std::string path = folder + "/" + language.file;
  std::ifstream file(path);
  if (!file)
    throw Error(path + ": cannot be read; the word list comes with Debian's package " + language.package +
                " (apt-get install wamerican wfrench wngerman witalian wspanish)");
  std::vector<std::string> words;
  for (std::string word; std::getline(file, word);)
    if (word.size() >= 4 && word.find_first_of("'-. ") == std::string::npos)
      words.push_back(word);
  return words;
}

/// Every n-th of the words that are in one list alone, and their languages.
std::pair<std::vector<std::string>, std::vector<int32_t>> readAll(const Arguments &arguments) {
  std::map<std::string, int> lists;
  std::vector<std::vector<std::string>> all;
  for (const Language &language : kLanguages) {
    all.push_back(readWords(arguments.words, language));
    std::sort(all.back().begin(), all.back().end());
    all.back().erase(std::unique(all.back().begin(), all.back().end()), all.back().end());
    for (const std::string &word : all.back())
      ++lists[word];
  }
  std::vector<std::string> words;
  std::vector<int32_t> labels;
  for (size_t language = 0; language < all.size(); ++language) {
    std::erase_if(all[language], [&](const std::string &word) { return lists[word] > 1; });
    const size_t wanted = std::min(all[language].size(), static_cast<size_t>(arguments.perLanguage));
    for (size_t i = 0; i < wanted; ++i) {
      words.push_back(all[language][i * all[language].size() / wanted]);
      labels.push_back(static_cast<int32_t>(language));
    }
  }
  return {words, labels};
}

void run(const Arguments &arguments) {
  setRandomSeed(1);
  auto [words, labels] = readAll(arguments);
  data::Tokenizer letters({.charLevel = true, .oovToken = "?"});
  letters.fitOnTexts(words);
  auto sequences = [&](const std::vector<std::string> &texts) {
    return data::padSequences(letters.textsToSequences(texts), {.maxlen = kLength});
  };
  const auto count = static_cast<int64_t>(labels.size());
  auto [train, test] =
      Dataset(sequences(words), Array(labels, {count})).split({.test = 0.2, .stratified = true, .seed = 1});

  Sequential model;
  model.add(Input({kLength}, {.dtype = "int32"}));
  model.add(Embedding({.inputDim = static_cast<int64_t>(letters.words().size()) + 1, .outputDim = 32}));
  model.add(Conv1D({.filters = 96, .kernelSize = 4, .activation = "relu"}));
  model.add(Conv1D({.filters = 96, .kernelSize = 3, .activation = "relu"}));
  model.add(GlobalMaxPool1D());
  model.add(Dropout({.rate = 0.3}));
  model.add(Dense({.units = 5, .activation = "softmax"}));
  model.summary();
  model.compile({.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  Callbacks callbacks;
  if (!arguments.save.empty())
    callbacks.push_back(TensorBoard({.logDir = arguments.save + ".logs", .histogramFreq = 1, .embeddingsFreq = 1}));
  model.fit(train, {.batchSize = 128, .epochs = arguments.epochs, .callbacks = callbacks, .validationSplit = 0.1});
  std::printf("%lld words, test accuracy %.4f\n", static_cast<long long>(count),
              model.evaluate(test, {.batchSize = 256, .verbose = 0})["accuracy"]);
  if (!arguments.save.empty()) {
    model.save(arguments.save + ".tenon");
    letters.save(arguments.save + ".json");
    npy::saveNpz(arguments.save + ".npz", {{"x", test.x(0)}, {"y", test.y(0)}});
  }
  if (arguments.ask.empty())
    return;
  Array shares = model.predict(sequences(arguments.ask), {.verbose = 0})[0];
  for (size_t i = 0; i < arguments.ask.size(); ++i) {
    const float *row = shares.data<float>() + 5 * i;
    const auto best = std::max_element(row, row + 5) - row;
    std::printf("%s: %s (%.0f %%)\n", arguments.ask[i].c_str(), kLanguages[best].name.c_str(), 100 * row[best]);
  }
}

Arguments parse(int argc, char **argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    if (option.rfind("--", 0) != 0) {
      arguments.ask.push_back(option);
      continue;
    }
    if (i + 1 == argc)
      throw Error(option == "--help" ? kUsage : "languages: " + option + " expects a value", Fault::Usage);
    const std::string value = argv[++i];
    if (option == "--words")
      arguments.words = value;
    else if (option == "--save")
      arguments.save = value;
    else if (int number = std::atoi(value.c_str()); number < 1)
      throw Error("languages: " + option + " expects a number of 1 or more, got '" + value + "'", Fault::Usage);
    else if (option == "--epochs")
      arguments.epochs = number;
    else if (option == "--per-language")
      arguments.perLanguage = number;
    else
      throw Error("languages: unknown option '" + option + "'\n" + kUsage, Fault::Usage);
  }
  return arguments;
}
} // namespace

int main(int argc, char **argv) {
  try {
    run(parse(argc, argv));
    return 0;
  } catch (const Error &error) {
    std::cerr << error.what() << '\n';
    return static_cast<int>(error.fault());
  }
}

// SPDX-License-Identifier: Apache-2.0
// Tells what a text is about: the sayings of Debian's package fortunes, by topic.
//   fortunes [--texts DIR] [--epochs N]
// Prints the accuracy on texts held out, and leaves fortunes.tenon and its vocabulary fortunes.words.json.
#include <tenon/tenon.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

using namespace tenon;

namespace {
const std::vector<std::string> kTopics = {"computers", "politics", "science", "songs-poems", "startrek", "zippy"};

/// A file's texts: a line of one % lies between them.
std::vector<std::string> readTexts(const std::string &path) {
  std::ifstream file(path);
  if (!file)
    throw Error(path + ": cannot be read; the texts come with Debian's package fortunes (apt-get install fortunes)");
  std::string content{std::istreambuf_iterator<char>(file), {}};
  std::vector<std::string> texts;
  for (size_t begin = 0; begin < content.size();) {
    size_t end = std::min(content.find("\n%\n", begin), content.size());
    texts.push_back(content.substr(begin, end - begin));
    begin = end + 3;
  }
  return texts;
}

void run(const std::string &folder, int epochs) {
  setRandomSeed(1);
  std::vector<std::string> texts;
  std::vector<int32_t> topics;
  for (size_t topic = 0; topic < kTopics.size(); ++topic)
    for (auto &text : readTexts(folder + "/" + kTopics[topic])) {
      texts.push_back(text);
      topics.push_back(static_cast<int32_t>(topic));
    }
  // A fifth is held out, before anything is learned from the texts: the words, too, are those of the others.
  std::vector<std::string> text[2];
  std::vector<int32_t> topic[2];
  std::vector<int64_t> order = data::permutation(static_cast<int64_t>(texts.size()), /*seed=*/1, /*epoch=*/0);
  for (size_t i = 0; i < order.size(); ++i) {
    const size_t part = i < order.size() / 5, from = static_cast<size_t>(order[i]);
    text[part].push_back(texts[from]);
    topic[part].push_back(topics[from]);
  }
  data::Tokenizer words({.numWords = 4000});
  words.fitOnTexts(text[0]);
  auto dataset = [&](int part) {
    return Dataset(words.textsToMatrix(text[part], "tfidf"),
                   Array(topic[part], {static_cast<int64_t>(topic[part].size())}));
  };

  Sequential model;
  model.add(Input({words.options().numWords}, {.name = "words"}));
  model.add(Dropout({.rate = 0.5}));
  model.add(Dense({.units = 64, .activation = "relu"}));
  model.add(Dense({.units = static_cast<int64_t>(kTopics.size()), .activation = "softmax"}));
  model.summary();
  model.compile({.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  model.fit(dataset(0), {.epochs = epochs, .validationSplit = 0.1});
  std::printf("%zu texts of %zu topics, test accuracy %.4f\n", texts.size(), kTopics.size(),
              model.evaluate(dataset(1), {.verbose = 0})["accuracy"]);
  model.save("fortunes.tenon");
  words.save("fortunes.words.json");
}
} // namespace

int main(int argc, char **argv) {
  try {
    std::string folder = "/usr/share/games/fortunes";
    int epochs = 12;
    for (int i = 1; i < argc; i += 2) {
      const std::string option = argv[i];
      if (i + 1 == argc || (option != "--texts" && option != "--epochs") ||
          (option == "--epochs" && (epochs = std::atoi(argv[i + 1])) < 1))
        throw Error("usage: fortunes [--texts DIR] [--epochs N]", Fault::Usage);
      if (option == "--texts")
        folder = argv[i + 1];
    }
    run(folder, epochs);
    return 0;
  } catch (const Error &error) {
    std::cerr << error.what() << '\n';
    return static_cast<int>(error.fault());
  }
}

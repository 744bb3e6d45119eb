// SPDX-License-Identifier: Apache-2.0
// Two inputs: a text and a question of any length, one word as the answer; 1,000,052 parameters.
#include "Example.h"

using namespace tenon;

int main(int argc, char **argv) {
  return example::run(argc, argv, [](example::Size size) {
    const int64_t textVocabulary = size(10000, 1000), questionVocabulary = size(10000, 1000), answerVocabulary = 500;
    Tensor text = Input({None}, {.dtype = "int32", .name = "text"});
    Tensor encodedText = LSTM({.units = 32})(Embedding({.inputDim = textVocabulary, .outputDim = 64})(text));
    Tensor question = Input({None}, {.dtype = "int32", .name = "question"});
    Tensor encodedQuestion = LSTM({.units = 16})(Embedding({.inputDim = questionVocabulary, .outputDim = 32})(question));
    Tensor both = concatenate({encodedText, encodedQuestion}, {.axis = -1});
    Tensor answer = Dense({.units = answerVocabulary, .activation = "softmax"})(both);

    Model model({text, question}, answer);
    model.summary();
    example::expectParameters(model, size(1000052, 136052));
    model.compile({.optimizer = "rmsprop", .loss = "categorical_crossentropy", .metrics = {"acc"}});

    const int64_t samples = size(1000, 64), length = size(100, 12);
    Array texts = example::randint(1, static_cast<int>(textVocabulary), {samples, length});
    Array questions = example::randint(1, static_cast<int>(questionVocabulary), {samples, length});
    // With the number of classes: the largest label drawn may be smaller than 499.
    Array answers = data::toCategorical(example::randint(0, static_cast<int>(answerVocabulary), {samples}), answerVocabulary);
    example::train(model, {texts, questions}, answers, {.batchSize = static_cast<int>(size(128, 16)), .epochs = 5});
    // By name, in any order.
    example::train(model, {{"question", questions}, {"text", texts}}, answers, {.batchSize = static_cast<int>(size(128, 16)), .epochs = 5});
    example::leave(model, "02_question_answering", {texts, questions});
  });
}

# SPDX-License-Identifier: Apache-2.0
# cmake -DINPUT=x.md -DOUTPUT=x.h -DNAME=text -P EmbedText.cmake: a text file as a C++ string, in pieces that compilers take.
file(READ ${INPUT} text)
string(LENGTH "${text}" length)
set(code "// Generated.\ninline constexpr const char ${NAME}[] =\n")
set(at 0)
while(at LESS length)
  string(SUBSTRING "${text}" ${at} 8000 piece)
  string(APPEND code "R\"TENON(${piece})TENON\"\n")
  math(EXPR at "${at} + 8000")
endwhile()
file(WRITE ${OUTPUT} "${code};\n")

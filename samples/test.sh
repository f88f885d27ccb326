#!/bin/sh
# Tests the samples as their READMEs say they are used, and an installation.  Run by meson:
#
#   test.sh xor XOR | digits MAKE_DATA FIT | augment AUGMENT | embed | cnn | autoencoder | words WORDS
#         | install BUILD_FOLDER
#
# KCC_COMMAND, KCC_SOURCE_ROOT: the command and the sources; KCC_SANITIZE: flags for what links libkcc.
# Prints what the programs print, one line a check, and "N passed, N failed".
set -u
samples=$KCC_SOURCE_ROOT/samples
name=$1
shift
unset LD_LIBRARY_PATH # meson's; everything here is to be found without it
here=$PWD
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
passed=0 failed=0

# check TEXT COMMAND…: counts whether the command succeeds
check() {
    what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
        echo "ok: $what"
    else
        failed=$((failed + 1))
        echo "FAILED: $what: $*"
    fi
}
# prints COMMAND…: runs it, keeps its output in the file out, too
prints() { "$@" >out 2>&1; state=$?; cat out; return $state; }
says() { grep -qE "$1" out; }
# built PROGRAM: where meson made it
built() { case $1 in /*) echo "$1" ;; *) echo "$here/$1" ;; esac; }
# above NUMBER PATTERN: the number after the pattern's first match in the file out is larger
above() { awk -v limit="$1" -v pattern="$2" 'match($0, pattern) { v = substr($0, RSTART + RLENGTH) + 0; ok = v > limit }
    END { exit !ok }' out; }
link() { # link PROGRAM SOURCE… MODEL.so…
    program=$1
    shift
    # shellcheck disable=SC2086
    $CC -std=c11 -Wall -Wextra -Werror -O2 "$@" '-Wl,-rpath,$ORIGIN' -lm -o "$program"
}

test_xor() {
    xor=$(built "$1")
    check 'xor learns' prints "$xor" "$samples/xor/model.json"
    check 'four answers' says '^1 xor 1 = 0\.0'
    check 'a model that is not there' sh -c '! "$1" missing.json 2>err && grep -q "^xor: missing.json: " err' sh "$xor"
}

test_digits() {
    check 'data' prints "$(built "$1")" .
    check 'fit.c trains' prints "$(built "$2")" "$samples/digits/model.json" . trained.weights.h5
    check 'its accuracy' above 0.9 'test accuracy '
    cp "$samples/digits/model.json" .
    check 'evaluate with the saved weights' prints "$KCC_COMMAND" evaluate model.json --weights trained.weights.h5 \
        --x x_test.npy --y y_test.npy --loss sparse_categorical_crossentropy --metrics accuracy --json --verbose 0
    check 'says the same' above 0.9 '"accuracy": '
    check 'a library' "$KCC_COMMAND" model.json --weights trained.weights.h5 -o digits.so
    check 'main.c links it' link digits -I. -I"$samples/digits" "$samples/digits/main.c" "$samples/digits/draw.c" digits.so
    check 'it recognises digits' prints ./digits
}

test_augment() {
    check 'it learns from what is made meanwhile' prints "$(built "$1")" "$samples/digits/model.json"
    check 'better than from the drawings alone' above 0.7 'drawings, '
    check 'and says how long both took' says 'together [0-9.]* s, the run took [0-9.]* s$'
}

# In a copy of the folder, as a reader of the README does it: what one step leaves there, the next one finds.
test_embed() {
    cp "$samples"/embed/*.c "$samples"/embed/*.json .
    check 'the teacher' "$KCC_COMMAND" teacher.json --seed 7 -o teacher.so
    check 'the student' "$KCC_COMMAND" student.json -o student.so
    check 'one program links both' link embed main.c teacher.so student.so
    check 'the student learns, is saved and loaded' prints ./embed student.safetensors
    check 'it was worse before' above 0.05 'unseen values: '
    check 'weights for Keras' "$KCC_COMMAND" convert student.safetensors --model student.json -o student.weights.h5
    check 'they are there' test -s student.weights.h5
    check 'the student as C source' "$KCC_COMMAND" student.json -o student_c.c
    check 'it compiles without a warning' link bare bare.c student_c.c
    check 'it trains in memory given to it' prints ./bare
}

test_cnn() {
    check 'a library' "$KCC_COMMAND" "$samples/cnn/model.json" -o cnn.so
    check 'main.c links it' link cnn -I. -I"$samples/digits" "$samples/cnn/main.c" "$samples/digits/draw.c" cnn.so
    check 'it learns to read digits' prints ./cnn
}

test_autoencoder() {
    check 'a library' "$KCC_COMMAND" "$samples/autoencoder/model.json" -o autoencoder.so
    check 'main.c links it' link autoencoder -I. -I"$samples/digits" "$samples/autoencoder/main.c" \
        "$samples/digits/draw.c" autoencoder.so
    check 'it learns to draw digits again' prints ./autoencoder reconstructions.pgm
    check 'the picture is there' sh -c 'head -n 2 reconstructions.pgm | tr "\\n" " " | grep -q "^P5 560 112 "'
    check 'and is whole' test "$(wc -c <reconstructions.pgm)" -eq $((15 + 560 * 112))
}

test_words() {
    words=$(built "$1") lists=$samples/words
    check 'it learns languages' prints "$words" "$lists/model.json" "$lists/english.txt" "$lists/german.txt" \
        "$lists/french.txt" "$lists/spanish.txt"
    check 'a word it was not shown' says '^Schmetterling +german'
    check 'a list too few' sh -c '! "$1" "$2/model.json" "$2/english.txt" 2>err && grep -q "tells 4 languages" err' \
        sh "$words" "$lists"
}

test_install() {
    check 'meson install' sh -c 'DESTDIR=$1 meson install -C "$2" --no-rebuild >log 2>&1 || { cat log; exit 1; }' \
        sh "$folder/root" "$1"
    kcc=$(find "$folder/root" -path '*/bin/kcc')
    prefix=${kcc%/bin/kcc}
    for file in bin/kcc include/kcc/kcc.h include/kcc/kcc_runtime.h include/kcc/program.h share/man/man1/kcc.1; do
        check "$file" test -s "$prefix/$file"
    done
    check 'kcc runs from there' prints "$kcc" --version
    PKG_CONFIG_PATH=$(dirname "$(find "$folder/root" -name kcc.pc)")
    PKG_CONFIG_SYSROOT_DIR=$folder/root
    export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
    check 'kcc.pc' sh -c "pkg-config --cflags --libs kcc >flags"
    # shellcheck disable=SC2046,SC2086
    check 'xor builds with it' $CC -std=c11 ${KCC_SANITIZE:-} "$samples/xor/main.c" $(cat flags) \
        -Wl,-rpath,"$(dirname "$PKG_CONFIG_PATH")" -lm -o xor
    check 'xor runs' prints ./xor "$samples/xor/model.json"
    check 'kcc-runtime.pc' sh -c "pkg-config --static --cflags --libs kcc-runtime >flags"
    # shellcheck disable=SC2046,SC2086
    check 'make_data builds with it' $CC -std=c11 ${KCC_SANITIZE:-} "$samples/digits/make_data.c" \
        "$samples/digits/draw.c" $(cat flags) -lm -o make_data
    check 'make_data runs' prints ./make_data . 10 10
}

"test_$name" "$@"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

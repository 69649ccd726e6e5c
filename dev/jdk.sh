# Sourced: puts the newest JDK of at least 25 that is found into JAVA_HOME, so that Maven runs on it and the formatter
# can parse the sources. Where none is found, Maven's own JDK stays and its toolchain search decides.
jdk_major() {
    [ -x "$1/bin/javac" ] || return 1
    "$1/bin/javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p'
}

for candidate in "${JAVA_HOME:-}" "${JDK_25_HOME:-}" /usr/lib/jvm/* /opt/java/* "$HOME"/.sdkman/candidates/java/*; do
    major=$(jdk_major "$candidate") || continue
    if [ -n "$major" ] && [ "$major" -ge 25 ]; then
        JAVA_HOME=$candidate
        export JAVA_HOME
        break
    fi
done

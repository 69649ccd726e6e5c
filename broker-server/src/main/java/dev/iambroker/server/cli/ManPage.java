package dev.iambroker.server.cli;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** A command's manual page, in the language of man(7), from what its help is made of. */
final class ManPage {
    private static final String EXAMPLE = "Example:";
    private static final String INDENT = "  ";

    private final CommandSpec command;
    private final StringBuilder page = new StringBuilder();

    private ManPage(CommandSpec command) {
        this.command = command;
    }

    /** @param version of the program */
    static String of(CommandSpec command, String version) {
        return new ManPage(command).write(version);
    }

    /** {@code iam-broker-token}, as {@code man iam-broker token} looks it up too. */
    static String nameOf(CommandSpec command) {
        return command.qualifiedName("-");
    }

    private String write(String version) {
        String name = nameOf(command);
        line(".TH " + quoted(name.toUpperCase(Locale.ROOT)) + " 1 \"\" " + quoted("iam-broker " + version));
        section("NAME");
        line(text(name) + " \\- "
                + text(withoutStop(String.join(" ", command.usageMessage().description()))));
        section("SYNOPSIS");
        verbatim(command.commandLine().getHelp().synopsis(0).lines().toList());
        section("DESCRIPTION");
        Stream.of(command.usageMessage().description()).map(ManPage::text).forEach(this::line);
        arguments();
        commands();
        footer();
        seeAlso();
        return page.toString();
    }

    private void arguments() {
        var arguments = command.positionalParameters().stream()
                .filter(argument -> !argument.hidden())
                .toList();
        if (!arguments.isEmpty()) {
            section("ARGUMENTS");
            arguments.forEach(argument -> entry("\\fI" + text(argument.paramLabel()) + "\\fR", described(argument)));
        }
        section("OPTIONS");
        command.options().stream()
                .filter(option -> !option.hidden())
                .forEach(option -> entry(names(option), described(option)));
    }

    private static String names(OptionSpec option) {
        String value = option.arity().max() == 0 ? "" : "=\\fI" + text(option.paramLabel()) + "\\fR";
        return Stream.of(option.names())
                .map(name -> "\\fB" + text(name) + "\\fR" + (name.startsWith("--") ? value : ""))
                .collect(Collectors.joining(", "));
    }

    private static String described(ArgSpec argument) {
        String plain = String.join(" ", argument.description());
        return text(plain.replace("${DEFAULT-VALUE}", String.valueOf(argument.defaultValue())));
    }

    private void commands() {
        var shown = command.subcommands().values().stream()
                .map(line -> line.getCommandSpec())
                .filter(sub -> !sub.usageMessage().hidden())
                .toList();
        if (shown.isEmpty()) {
            return;
        }
        section("COMMANDS");
        for (CommandSpec sub : shown) {
            entry(
                    "\\fB" + text(nameOf(sub)) + "\\fR(1)",
                    text(String.join(" ", sub.usageMessage().description())));
        }
    }

    /** What the help ends with: an example, and for the whole program its exit codes. */
    private void footer() {
        List<String> lines = Stream.of(command.usageMessage().footer())
                .filter(line -> !line.isBlank())
                .toList();
        List<String> examples =
                lines.stream().filter(line -> line.startsWith(INDENT)).toList();
        if (!examples.isEmpty()) {
            section("EXAMPLES");
            verbatim(examples);
        }
        List<String> rest = lines.stream()
                .filter(line -> !line.startsWith(INDENT) && !line.equals(EXAMPLE))
                .toList();
        if (!rest.isEmpty()) {
            section("NOTES");
            rest.forEach(line -> line(text(line)));
        }
    }

    private void seeAlso() {
        CommandSpec parent = command.parent();
        if (parent != null) {
            section("SEE ALSO");
            line("\\fB" + text(nameOf(parent)) + "\\fR(1)");
        }
    }

    private void section(String title) {
        line(".SH " + quoted(title));
    }

    private void entry(String term, String description) {
        line(".TP");
        line(term);
        line(description);
    }

    private void verbatim(List<String> lines) {
        line(".nf");
        lines.forEach(each -> line(text(each)));
        line(".fi");
    }

    private void line(String roff) {
        page.append(roff).append('\n');
    }

    private static String withoutStop(String sentence) {
        return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    }

    private static String quoted(String argument) {
        return "\"" + text(argument).replace("\"", "\\(dq") + "\"";
    }

    /** So that every character stands for itself: a hyphen that can be copied, no control line from a leading dot. */
    private static String text(String words) {
        String plain = Ansi.OFF
                .string(words)
                .replace("\\", "\\e")
                .replace("-", "\\-")
                .replace("~", "\\(ti")
                .replace("^", "\\(ha")
                .replace("`", "\\(ga");
        return plain.startsWith(".") || plain.startsWith("'") ? "\\&" + plain : plain;
    }
}

package dev.iambroker.it.bench;

import dev.iambroker.emulator.http.LoopbackPort;
import dev.iambroker.it.harness.Program;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** An nginx with one worker that answers everything with the same bytes from memory, on a Unix socket and on loopback TCP. */
final class Nginx implements AutoCloseable {
    private final Path folder;
    private final Process process;
    private final int port;

    private Nginx(Path folder, Process process, int port) {
        this.folder = folder;
        this.process = process;
        this.port = port;
    }

    static Nginx answering(Site site, String body) throws IOException, InterruptedException, NotMeasurable {
        Path program = Site.program("nginx");
        Path folder = Files.createTempDirectory(site.folder(), "nginx-");
        Site.openToAll(folder);
        int port = LoopbackPort.free();
        Path file = Files.writeString(folder.resolve("nginx.conf"), configuration(folder, port, body));
        Process process = Program.of(program, "-p", folder, "-e", folder.resolve("error.log"), "-c", file)
                .start(Redirect.from(Path.of("/dev/null").toFile()), folder.resolve("out"), folder.resolve("err"));
        Nginx nginx = new Nginx(folder, process, port);
        while (!Files.exists(nginx.socket())) {
            if (process.waitFor(10, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("nginx ended: " + Files.readString(folder.resolve("err")));
            }
        }
        return nginx;
    }

    /** Keeps no log, and connections for ever. */
    private static String configuration(Path folder, int port, String body) {
        return """
                daemon off;
                worker_processes 1;
                pid %1$s/pid;
                events { worker_connections 1024; }
                http {
                    access_log off;
                    keepalive_requests 1000000000;
                    client_body_temp_path %1$s/body;
                    proxy_temp_path %1$s/proxy;
                    fastcgi_temp_path %1$s/fastcgi;
                    uwsgi_temp_path %1$s/uwsgi;
                    scgi_temp_path %1$s/scgi;
                    server {
                        listen unix:%1$s/socket;
                        listen 127.0.0.1:%2$d;
                        default_type application/json;
                        location / {
                            add_header Cache-Control no-store;
                            return 200 '%3$s';
                        }
                    }
                }
                """.formatted(folder, port, plain(body));
    }

    private static String plain(String body) {
        if (body.contains("'") || body.contains("$") || body.contains("\\")) {
            throw new IllegalArgumentException("nginx would read quotes, variables or escapes in the answer");
        }
        return body;
    }

    Path socket() {
        return folder.resolve("socket");
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        // Asked, so that it ends its worker.
        process.destroy();
        process.onExit().join();
    }
}

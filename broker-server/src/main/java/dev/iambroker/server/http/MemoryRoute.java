package dev.iambroker.server.http;

/** A route whose answer never has to be waited for. */
interface MemoryRoute extends Route {
    @Override
    default Answer now(Call call) {
        return answer(call);
    }
}

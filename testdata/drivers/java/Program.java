/** pgjdbc: what its users do, printed. */
public final class Program {
    private Program() {}

    public static void main(String[] args) {
        Session.topics();
        Values.topics();
        Statements.topics();
        Copying.topics();
        Topics.finish();
    }
}

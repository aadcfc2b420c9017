/** pgjdbc: what its users do, printed. */
public final class Program {
    private Program() {}

    public static void main(String[] args) {
        if (args.length > 0 && args[0].equals("metadata")) {
            Metadata.topics();
        } else {
            Session.topics();
            Values.topics();
            Statements.topics();
            Copying.topics();
        }
        Topics.finish();
    }
}

-- Keeps a copy of every row, and makes a function that puts all tables and sequences back as they are now.
-- Rows are deleted, not truncated: most tables are empty, and a new file for each would cost more than the rest.
CREATE SCHEMA kept;

DO $do$
DECLARE
    one record;
    filled boolean;
    steps text := '';
BEGIN
    FOR one IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' LOOP
        steps := steps || format('DELETE FROM public.%I;', one.name);
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', one.name) INTO filled;
        IF filled THEN
            EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%I', one.name, one.name);
            steps := steps || format('INSERT INTO public.%I OVERRIDING SYSTEM VALUE TABLE kept.%I;', one.name, one.name);
        END IF;
    END LOOP;
    FOR one IN SELECT sequencename AS name, last_value, start_value FROM pg_sequences WHERE schemaname = 'public' LOOP
        steps := steps || format(
            'PERFORM setval(%L, %s, %L);', format('public.%I', one.name),
            coalesce(one.last_value, one.start_value), one.last_value IS NOT NULL
        );
    END LOOP;
    -- As a replica: neither foreign keys nor the triggers that forbid to delete have a say.
    EXECUTE format(
        'CREATE FUNCTION kept.restore() RETURNS void LANGUAGE plpgsql SET session_replication_role = replica AS %L',
        format('BEGIN %s END', steps)
    );
END
$do$;
